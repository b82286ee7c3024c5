"""What could tell who somebody is, taken out of a text before it is stored.

Telephone numbers, IBAN and other long numbers, addresses of e-mail and web, names of accounts, and
streets with a house number. It knows no names: a person reads every text before others do.
"""

import re

GAP = "[…]"  # stands for what was taken out, and is never longer than it

_MAIL = (
    r"[^\s@<>()\[\],;:]+\s?(?:@|\(at\)|\[at\])\s?"
    r"[^\s@<>()\[\],;:]+(?:\.|\s?\(dot\)\s?)[^\s@<>()\[\],;:.]+(?:\.\w+)*"
)
_ENDS = r"(?:com|de|eu|gg|info|io|link|ly|me|net|org|ru|tr|рф)"  # of the web's names
_WEB = rf"(?i:(?:https?://|www\.)[^\s<>\[\]]+|\b(?:[\w-]+\.)+{_ENDS}\b(?:/[^\s<>\[\]]*)?)"
_ACCOUNT = r"(?<!\w)@\w[\w.]+"
_IBAN = r"\b[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9]{4}(?:[ -]?(?=[A-Za-z]*\d)[A-Za-z0-9]{2,4}){2,7}\b"
# Five digits in a row, or six with what people write between those of a telephone number.
_NUMBER = r"[+(]{0,2}\d(?:\d{4,}|(?:[\s./()–-]{0,3}\d){5,})"

# What is counted behind a street is no house: "auf dem Schulweg 10 Minuten".
_COUNTED = (
    r"(?i:min|uhr|jahr|mal\b|meter|m\b|km|stund|tag|woche|monat|person|leute|mensch|prozent|%|euro|€"
    r"|times|year|minut|people|hour|day|dakika|kez|kişi|saat|yıl|раз|лет|год|минут|человек|час"
    r"|مرات|مرة|سنوات|أيام|ساعات|دقائق|أشخاص)"
)
_HOUSE = (
    r",?\s?(?:(?i:nr|no|№|дом|д|رقم)\.?:?\s?)?"
    rf"\d{{1,4}}(?:\s?[a-zа-я]\b)?(?:\s?[-–/]\s?\d{{1,4}})?(?!\d|\s?{_COUNTED})"
)
_STREET = (
    r"(?i:str(?:aße|asse|\.)?|weg|platz|allee|gasse|ring|ufer|damm|steig|street|road|avenue|lane"
    r"|sokağı|sokak|sok\.|caddesi|cad\.|bulvarı|улица|ул\.|ulica)"
)
_STREET_OF = r"(?i:улиц[аеыу]|ул\.|проспекте?|пр\.|переул\w+|площад[ьи]|ulica)"
_BIG = r"[A-ZÄÖÜÇĞİŞŠČŽА-ЯЁ]"
_STREETS = [
    # Eisenbahnstraße 12, Rosa-Luxemburg-Str. 12; in capitals what a small word could be
    rf"\b[^\W\d_][\w'’-]*(?i:str(?:aße|asse|\.)?){_HOUSE}",
    rf"\b{_BIG}[\w'’-]*(?:weg|platz|allee|gasse|ring|ufer|damm|steig|chaussee|promenade){_HOUSE}",
    # Leipziger Straße 12, Torgauer Platz 3, Atatürk Caddesi No: 5, Ленинская улица, д. 5
    rf"\b(?:{_BIG}[\w'’.]*[ -]){{1,3}}{_STREET}{_HOUSE}",
    # Straße der Nationen 4, улица Ленина 5, ulica Lenina 5, شارع الحرية ١٢
    rf"\bStraße d(?:er|es)\s\w+{_HOUSE}",
    rf"\b{_STREET_OF}\s?{_BIG}\w*(?:\s{_BIG}\w*)?{_HOUSE}",
    rf"\b(?:شارع|طريق|ساحة)(?:\s[^\W\d_]+){{1,3}}{_HOUSE}",
    # 12 Baker Street
    rf"\b\d{{1,4}}[a-z]?\s(?:{_BIG}\w*\s){{1,2}}(?:Street|Road|Avenue|Lane|St\.|Rd\.)",
]
_PATTERNS = [re.compile(pattern) for pattern in (_MAIL, _WEB, _ACCOUNT, _IBAN, *_STREETS, _NUMBER)]


def redacted(text: str) -> str:
    """Return a text with gaps where it had what could tell who somebody is.

    It is never longer than before, and has nothing more that could be taken out.
    """
    shorter = text
    for pattern in _PATTERNS:
        shorter = pattern.sub(GAP, shorter)
    return text if shorter == text else redacted(shorter)

"""What coordinators choose to print: forms, and the options of the commands that make it.

Choices are compared with what the campaign has, so that nothing else can become an option.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any
from urllib.parse import parse_qs, urlencode

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FloatField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields import Field
from wtforms.validators import DataRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from materials.campaign import MOST_COPIES, Campaign
from materials.formats import PAPERS
from materials.gallery import Artwork, Gallery
from materials.labels import LabelError, label_sheet
from materials.sheets import Output, Questionnaire, Sheet, matching

FURTHEST = 50.0  # mm that a printer is off, or copies stand apart
MOST_LABELS = 500  # on a sheet


def _choices(values: Iterable[str]) -> Any:  # the stubs are of an older WTForms
    return [str(value) for value in values]


class Millimetres(FloatField):
    """A length, with a comma or a point."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed."""
        super().process_formdata([value.replace(",", ".") for value in valuelist])


def _known_label(_form: Form, field: Field) -> None:
    try:
        label_sheet(field.data)
    except LabelError as error:
        raise ValidationError(str(error)) from error


class OrderForm(Form):
    """What is to be printed."""

    @property
    def names(self) -> set[str]:
        """Return the names under which its fields are posted."""
        return {field.name for field in self}


class SheetsForm(OrderForm):
    """Which sheets, for what, and how they come to paper. Where nothing is chosen, all is meant."""

    topic = SelectMultipleField()
    format = SelectMultipleField()
    tag = SelectMultipleField()
    place = SelectMultipleField()
    output = SelectMultipleField(choices=_choices(Output), validators=[DataRequired()])
    final = RadioField(choices=_choices(["", "final"]), default="")
    copies = IntegerField(validators=[MayBeEmpty(), NumberRange(1, MOST_COPIES)])
    start = IntegerField(validators=[MayBeEmpty(), NumberRange(1, MOST_LABELS)])
    labels = StringField(validators=[MayBeEmpty(), Length(max=40), _known_label])
    right = Millimetres(validators=[MayBeEmpty(), NumberRange(-FURTHEST, FURTHEST)])
    down = Millimetres(validators=[MayBeEmpty(), NumberRange(-FURTHEST, FURTHEST)])
    flip = RadioField(choices=_choices(["long", "short"]), default="long")
    paper = SelectField(choices=_choices(["", *PAPERS]), default="")
    gutter = Millimetres(validators=[MayBeEmpty(), NumberRange(0, FURTHEST)])
    marks = BooleanField()

    def __init__(self, posted: MultiDict[str, str] | None, campaign: Campaign) -> None:
        super().__init__(posted)
        used = campaign.materials
        self.topic.choices = _choices(dict.fromkeys(material.topic for material in used))
        self.format.choices = _choices(dict.fromkeys(material.format for material in used))
        self.tag.choices = _choices(campaign.languages)
        self.place.choices = _choices(place.id for place in campaign.places)

    @property
    def outputs(self) -> list[str]:
        """Return what the sheets are for."""
        return _ticked(self.output)

    def chosen(self, found: Sequence[Sheet]) -> list[Sheet]:
        """Return the sheets that are wanted."""
        return matching(
            found,
            topics=_ticked(self.topic),
            formats=_ticked(self.format),
            languages=_ticked(self.tag),
            places=_ticked(self.place),
        )

    def left_out(self, found: Iterable[Sheet]) -> list[dict[str, str]]:
        """Return the smallest combinations of what is ticked that none of some sheets is."""
        ticked = {
            field.name: _ticked(field)
            for field in (self.topic, self.format, self.tag, self.place, self.output)
            if _ticked(field)
        }
        return lacking(ticked, [each for sheet in found for each in _combined(sheet)])

    def printed(self, wanted: Iterable[Sheet]) -> int:
        """Return how many copies come of some sheets; a file for the screen is one."""
        return sum(
            1 if output == Output.SCREEN else self.copies.data or sheet.material.copies
            for sheet in wanted
            for output in sheet.outputs
            if output in self.outputs
        )

    def exceeds(self, wanted: Iterable[Sheet]) -> bool:
        """Return whether more copies are wanted than a sheet has codes for, and say so."""
        most = min((len(sheet.codes) for sheet in wanted if sheet.material.serials), default=None)
        too_many = most is not None and (self.copies.data or 0) > most
        if too_many:
            self.copies.errors = ["too many"]
        return too_many

    @property
    def arguments(self) -> list[str]:
        """Return the options of `philos print` that say the same."""
        said = [
            *_each("topic", _ticked(self.topic)),
            *_each("format", _ticked(self.format)),
            *_each("language", _ticked(self.tag)),
            *_each("place", _ticked(self.place)),
            *_each("for", _ticked(self.output)),
            *_if("copies", self.copies.data),
            *_if("start-at", self.start.data),
            *_if("sheet", self.labels.data),
            *_if("paper", self.paper.data),
            *_if("gutter", self.gutter.data),
            f"--flip={self.flip.data}",
        ]
        if self.right.data or self.down.data:
            said += [f"--shift={self.right.data or 0:g}", f"{self.down.data or 0:g}"]
        said += ["--marks"] if self.marks.data else []
        return said + (["--final"] if self.final.data else [])


class ReportForm(OrderForm):
    """Which wave a report is of, and its language."""

    wave = SelectField()
    tag = SelectField()

    def __init__(
        self, posted: MultiDict[str, str] | None, waves: Sequence[str], tags: Sequence[str]
    ) -> None:
        super().__init__(posted)
        self.wave.choices = _choices(waves)
        self.tag.choices = _choices(tags)

    @property
    def arguments(self) -> list[str]:
        """Return the options of `philos report` that say the same."""
        return [f"--wave={self.wave.data}", f"--language={self.tag.data}"]


class PaperForm(OrderForm):
    """Which questionnaires, and which of their copies."""

    survey = SelectMultipleField()
    tag = SelectMultipleField()
    place = SelectMultipleField()
    copies = IntegerField()
    first = IntegerField(default=1)
    final = RadioField(choices=_choices(["", "final"]), default="")

    def __init__(self, posted: MultiDict[str, str] | None, found: Sequence[Questionnaire]) -> None:
        super().__init__(posted, prefix="paper-")
        most = max((len(sheet.targets) for sheet in found), default=1)
        self.most = most
        self.copies.validators = [MayBeEmpty(), NumberRange(1, most)]
        self.first.validators = [MayBeEmpty(), NumberRange(1, most)]
        self.survey.choices = _choices(dict.fromkeys(sheet.survey for sheet in found))
        self.tag.choices = _choices(dict.fromkeys(sheet.tag for sheet in found))
        self.place.choices = _choices(dict.fromkeys(sheet.place for sheet in found))

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether all fits, the last copy included."""
        fits = super().validate(extra_validators)
        last = (self.first.data or 1) + (self.copies.data or 1) - 1
        if fits and last > self.most:
            self.copies.errors = ["too many"]
        return fits and last <= self.most

    def printed(self, found: Iterable[Questionnaire]) -> int:
        """Return how many copies come of those of some questionnaires that are wanted."""
        fields = {"survey": self.survey, "tag": self.tag, "place": self.place}
        wanted = [
            sheet
            for sheet in found
            if all(
                getattr(sheet, name) in (_ticked(field) or [getattr(sheet, name)])
                for name, field in fields.items()
            )
        ]
        rest = self.most - (self.first.data or 1) + 1
        return len(wanted) * (self.copies.data or rest)

    @property
    def arguments(self) -> list[str]:
        """Return the options of `philos paper` that say the same."""
        said = [
            *_each("survey", _ticked(self.survey)),
            *_each("language", _ticked(self.tag)),
            *_each("place", _ticked(self.place)),
            *_if("copies", self.copies.data),
            *_if("first", self.first.data),
        ]
        return said + (["--final"] if self.final.data else [])


def _combined(sheet: Sheet) -> Iterator[dict[str, str]]:
    """Yield what a sheet is as the form has it, for each output that it has."""
    material = sheet.material
    for output in sheet.outputs:
        yield {
            "topic": material.topic,
            "format": material.format,
            "tag": sheet.tag,
            "place": sheet.place,
            "output": output.value,
        }


def lacking(
    ticked: Mapping[str, Sequence[str]], found: Sequence[Mapping[str, str]]
) -> list[dict[str, str]]:
    """Return the combinations of what is ticked that nothing found is, the smallest alone.

    Each has one value of some of the dimensions that are ticked; where two values do not go
    together, nothing is told of them and a third.
    """
    known: dict[frozenset[tuple[str, str]], None] = {}  # in the order of the form
    for size in range(1, len(ticked) + 1):
        for names in combinations(ticked, size):
            there = {tuple(each[name] for name in names) for each in found}
            for values in product(*(ticked[name] for name in names)):
                if values in there:
                    continue
                pairs = tuple(zip(names, values, strict=True))
                parts = (frozenset(p) for n in range(1, size) for p in combinations(pairs, n))
                if not any(part in known for part in parts):
                    known[frozenset(pairs)] = None
    return [{name: dict(each)[name] for name in ticked if name in dict(each)} for each in known]


def to_log(command: str, wishes: Mapping[str, Sequence[str]]) -> str:
    """Return what was wished for in ids, as the log keeps it."""
    said = {name: [value for value in values if value] for name, values in wishes.items()}
    return urlencode({"command": command, **said}, doseq=True)


def from_log(text: str) -> tuple[str, Mapping[str, Sequence[str]]]:
    """Return the command and the wishes that the log keeps."""
    said = parse_qs(text)
    return said.get("command", [""])[0], said


def _ticked(field: SelectMultipleField) -> list[str]:
    return field.data or []


def _each(option: str, values: Sequence[str]) -> list[str]:
    return [f"--{option}={value}" for value in values]


def _if(option: str, value: object) -> list[str]:
    return [f"--{option}={value}"] if value else []


def unreviewed(gallery: Gallery | None, wanted: Sequence[Sheet]) -> list[Artwork]:
    """Return the artworks of some sheets with texts that nobody has reviewed, as far as known."""
    keys = {(sheet.material.topic, sheet.material.format, sheet.tag) for sheet in wanted}
    return [artwork for artwork in gallery or () if artwork.key in keys and artwork.unreviewed]

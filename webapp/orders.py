"""What coordinators choose to print: forms, and the options of `philos print` and `philos paper`.

Choices are compared with what the campaign has, so that nothing else can become an option.
"""

from collections.abc import Iterable, Sequence
from typing import Any

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


class SheetsForm(Form):
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

    @property
    def names(self) -> set[str]:
        """Return the names under which its fields are posted."""
        return {field.name for field in self}

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


class PaperForm(Form):
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

    @property
    def names(self) -> set[str]:
        """Return the names under which its fields are posted."""
        return {field.name for field in self}

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

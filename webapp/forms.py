"""Forms: an item of an instrument as a WTForms field, by the kind of its question.

Fields hold codes, never labels, and no text: the templates have the words.
"""

from collections.abc import Callable, Mapping

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Form, PasswordField, RadioField, StringField
from wtforms.fields import Field
from wtforms.validators import AnyOf, InputRequired, Length

from surveys.definition import SKIPPED, Item


def _choice(item: Item) -> Field:
    """Return the field of one choice; only the digits of an offered code are accepted."""
    offered = [str(option.code) for option in (*item.scale.options, *item.aside)]
    return RadioField(
        choices=offered,  # type: ignore[arg-type]  # the stubs are of an older WTForms
        validators=[InputRequired(), AnyOf(offered)],
    )


FIELDS: Mapping[str, Callable[[Item], Field]] = {"single": _choice, "one-tap": _choice}


def read_answer(item: Item, posted: MultiDict[str, str]) -> int | None:
    """Return the code that was posted for an item; None where it is missing or not offered.

    The button to skip goes before a choice that stands on the same page.
    """
    if "skip" in posted:
        return SKIPPED
    form_class = type("AnswerForm", (Form,), {"answer": FIELDS[item.question.kind](item)})
    form = form_class(posted)
    return int(form.data["answer"]) if form.validate() else None


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password of a coordinator."""

    name = StringField(validators=[InputRequired(), Length(max=80)])
    password = PasswordField(validators=[InputRequired(), Length(max=200)])

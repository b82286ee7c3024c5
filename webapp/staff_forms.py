"""The forms of staff's pages; they parse, and never save."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Regexp

from surveys.storage import LONGEST_NAME
from webapp.passwords import LONGEST
from webapp.roles import Role

_PLAIN = Regexp(r"[^\x00-\x1f\x7f\ud800-\udfff]*\Z")
LONGEST_CREDENTIAL = 12_000  # characters of what a passkey answers


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


def _name() -> Any:
    limits = [InputRequired(), Length(min=1, max=LONGEST_NAME), _PLAIN]
    return StringField(filters=[_tidy], validators=limits)


def _password() -> Any:
    return PasswordField(validators=[InputRequired(), Length(max=LONGEST)])


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    name = StringField(validators=[InputRequired(), Length(max=LONGEST_NAME), _PLAIN])
    password = _password()


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """The password of who is signed in already."""

    password = _password()


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A one-time code or a recovery code."""

    code = StringField(validators=[InputRequired(), Length(max=40), _PLAIN])


class CredentialForm(FlaskForm):  # type: ignore[misc]
    """What a passkey answers, as JSON."""

    credential = StringField(validators=[InputRequired(), Length(max=LONGEST_CREDENTIAL)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, twice."""

    password = PasswordField()
    again = PasswordField()


class LabelForm(FlaskForm):  # type: ignore[misc]
    """What something of one's own is called."""

    label = _name()


class AccountForm(FlaskForm):  # type: ignore[misc]
    """An account and its role."""

    name = _name()
    role = StringField(validators=[AnyOf(list(Role))])


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why something is done that is not done every day."""

    reason = StringField(filters=[_tidy], validators=[InputRequired(), Length(max=200), _PLAIN])

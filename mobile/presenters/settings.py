"""Settings: the language and the text size, kept on the tablet; what this tablet is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mobile.presenters.observed import Observed
from mobile.services.preferences import LANGUAGES, TEXT_STEPS
from mobile.services.tablet import Tablet


@dataclass(frozen=True, slots=True)
class SettingsState:
    """`text_step` is 0, 1 or 2."""

    language: str = "th"
    text_step: int = 0
    device: str = ""
    label: str = ""
    server_name: str = ""


class SettingsPresenter(Observed[SettingsState]):
    """What a person may choose."""

    def __init__(
        self, tablet: Tablet, apply: Callable[[SettingsState], None] | None = None
    ) -> None:
        super().__init__(SettingsState())
        self._tablet = tablet
        self._apply = apply
        chosen = tablet.preferences.read()
        found = tablet.enroller.current()
        self.state = SettingsState(
            chosen.language,
            chosen.text_step,
            "" if found is None else found.device,
            "" if found is None else found.label,
            "" if found is None else found.server_name,
        )

    def choose_language(self, language: str) -> None:
        """Thai or English, at once."""
        if language in LANGUAGES:
            self._keep(replace(self.state, language=language))

    def choose_text_step(self, step: int) -> None:
        """Ordinary, large, or very large words."""
        self._keep(replace(self.state, text_step=min(max(step, 0), TEXT_STEPS - 1)))

    def _keep(self, state: SettingsState) -> None:
        chosen = replace(
            self._tablet.preferences.read(), language=state.language, text_step=state.text_step
        )
        self._tablet.run(lambda: self._tablet.preferences.keep(chosen))
        self._show(state)
        if self._apply is not None:
            self._apply(state)

"""Settings: language, text size, what files may cost; kept on the tablet; what this tablet is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mobile.presenters.observed import Observed
from mobile.services.data_budget import DataPlan, MobileFiles
from mobile.services.preferences import LANGUAGES, TEXT_STEPS
from mobile.services.tablet import Tablet
from shared.limits import MIB


@dataclass(frozen=True, slots=True)
class FilesState:
    """Files and mobile data. `paid` says that the network is paid by the megabyte now, `tells` that
    the machine itself knows; `used` and `allowed` are megabytes of this month; `waiting` files are
    on this tablet only."""

    chosen: MobileFiles = MobileFiles.THUMBNAILS
    allowed: int = 0
    used: float = 0.0
    waiting: int = 0
    paid: bool = False
    tells: bool = False

    @property
    def held_back(self) -> bool:
        """Do files wait for another network? Then they can be sent all the same."""
        return self.paid and self.waiting > 0


@dataclass(frozen=True, slots=True)
class SettingsState:
    """`text_step` is 0, 1 or 2."""

    language: str = "th"
    text_step: int = 0
    device: str = ""
    label: str = ""
    server_name: str = ""
    files: FilesState = FilesState()


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
            self._files(),
        )

    def choose_language(self, language: str) -> None:
        """Thai or English, at once."""
        if language in LANGUAGES:
            self._keep(replace(self.state, language=language))

    def choose_text_step(self, step: int) -> None:
        """Ordinary, large, or very large words."""
        self._keep(replace(self.state, text_step=min(max(step, 0), TEXT_STEPS - 1)))

    def choose_files(self, files: MobileFiles) -> None:
        """Which files go over mobile data."""
        self._keep_plan(replace(self._tablet.budget.plan(), files=files))

    def choose_megabytes(self, megabytes: int) -> None:
        """How many megabytes a month they may cost."""
        self._keep_plan(replace(self._tablet.budget.plan(), megabytes=megabytes))

    def choose_paid(self, *, paid: bool) -> None:
        """This machine's network is (not) paid by the megabyte."""
        self._keep_plan(replace(self._tablet.budget.plan(), metered=paid))

    def send_now(self) -> None:
        """Send what waits for another network, whatever it costs, once."""
        self._tablet.budget.lift()
        self._tablet.synchroniser.start()

    def refresh(self) -> None:
        """Files went, or the network is another."""
        self._show(replace(self.state, files=self._files()))

    def _keep_plan(self, plan: DataPlan) -> None:
        self._tablet.run(lambda: self._tablet.budget.keep(plan), lambda _: self.refresh())

    def _files(self) -> FilesState:
        budget, plan = self._tablet.budget, self._tablet.budget.plan()
        return FilesState(
            chosen=plan.files,
            allowed=plan.megabytes,
            used=round(budget.used_bytes() / MIB, 1),
            waiting=self._tablet.replica.shelf.count_waiting(),
            paid=budget.metered(),
            tells=budget.machine_tells,
        )

    def _keep(self, state: SettingsState) -> None:
        chosen = replace(
            self._tablet.preferences.read(), language=state.language, text_step=state.text_step
        )
        self._tablet.run(lambda: self._tablet.preferences.keep(chosen))
        self._show(state)
        if self._apply is not None:
            self._apply(state)

"""How far each page of a form is: counted once for every change of what is answered or judged."""

from __future__ import annotations

from mobile.presenters.form_session import FormSession

Counts = tuple[dict[str, list[int]], dict[str, int], dict[str, int]]
"""By section: questions asked and answered, problems, the reviewer's comments."""


class Progress:
    """The progress of one session."""

    def __init__(self, session: FormSession) -> None:
        self._session = session
        self._counted: tuple[int, Counts] = (-1, ({}, {}, {}))

    def counted(self) -> Counts:
        """The counts of now."""
        if self._counted[0] != self._session.stamp:
            self._counted = (self._session.stamp, (self._asked(), *self._marked()))
        return self._counted[1]

    def _asked(self) -> dict[str, list[int]]:
        session, form, engine = self._session, self._session.definition, self._session.engine
        root = session.root
        counts: dict[str, list[int]] = {section.key: [0, 0] for section in form.sections}
        for question in form.questions(form.form_id):
            found = counts.get(session.section_of(root, question.key))
            if found is None or not question.stored or question.answered_by == "office":
                continue
            if not engine.relevant(root, question.key):
                continue
            answered = engine.value(root, question.key) is not None
            if answered or engine.required(root, question.key):
                found[0] += 1
                found[1] += int(answered)
        return counts

    def _marked(self) -> tuple[dict[str, int], dict[str, int]]:
        session = self._session
        problems: dict[str, int] = {}
        for problem in session.visible_problems():
            key = session.section_of(problem.record_id, problem.key)
            problems[key] = problems.get(key, 0) + 1
        comments: dict[str, int] = {}
        for comment in session.locks.comments:
            key = session.section_of(comment.record, comment.field or "")
            comments[key] = comments.get(key, 0) + 1
        return problems, comments

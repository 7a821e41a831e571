"""One module a screen, on the presenters; `mobile/ui/README.md` says what each is driven by."""

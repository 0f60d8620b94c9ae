"""Moving the controls of a widget as a reader does, and reading what the page shows."""

from __future__ import annotations

from emdbook.explore import fingerprint


def box(page, widget, name, at):
    """One radio button or tick box of a control."""
    return page.locator(f"#{widget.id} [data-name='{name}'] input[data-at='{at}']")


def shown(page, widget):
    """Fingerprint and sentence of a widget as the page shows them now."""
    svg = page.evaluate(
        "id => new XMLSerializer().serializeToString(document.querySelector(`#${id} .emd-svg svg`))", widget.id)
    return fingerprint(svg), page.locator(f"#{widget.id} figcaption").inner_text()


def with_mouse(page, widget, settings):
    """Only clicks."""
    for name, control in widget.stateful.items():
        at = control.index(settings[name])
        if control.kind == "choice":
            if control.size <= 4:
                box(page, widget, name, at).click()
            else:
                page.locator(f"#{widget.id}--{name}").select_option(str(at))
        elif control.kind == "onoff":
            if box(page, widget, name, 1).is_checked() != settings[name]:
                box(page, widget, name, 1).click()
        elif control.kind == "studies":
            # those that come are ticked before others go, so that the least number stays chosen
            ticks = [(bit, study in settings[name]) for bit, study in enumerate(control.ids)]
            for bit, wanted in sorted(ticks, key=lambda t: not t[1]):
                if box(page, widget, name, bit).is_checked() != wanted:
                    box(page, widget, name, bit).click()
        else:
            slider = page.locator(f"#{widget.id}--{name}")
            slider.scroll_into_view_if_needed()
            place = slider.bounding_box()
            # the thumb is about 16 px wide: its centre moves between 8 px from either end
            x = place["x"] + 8 + (place["width"] - 16) * at / max(control.size - 1, 1)
            page.mouse.click(x, place["y"] + place["height"] / 2)
            assert slider.input_value() == str(at), f"{widget.id}: step {at} of {name} has no place for a pointer"


def with_keyboard(page, widget, settings):
    """Only Tab, arrows, Home and Space, from the widget's title."""
    title = page.locator(f"#{widget.id}--title")
    title.evaluate("e => { e.tabIndex = -1; e.focus({preventScroll: true}); }")

    def forward(name):
        page.keyboard.press("Tab")
        here = page.evaluate("() => document.activeElement.closest('[data-name]')?.dataset.name")
        assert here == name, f"{widget.id}, focus order: {here} instead of {name}"

    for name, control in widget.controls.items():
        if control.kind == "layers":
            for _ in control.options:
                forward(name)
            continue
        at = control.index(settings[name])
        if control.kind == "studies":
            missing = [s for s in control.ids if s in settings[name]]
            for bit, study in enumerate(control.ids):
                forward(name)
                if not box(page, widget, name, bit).is_checked() and study in missing:
                    page.keyboard.press("Space")
            for _ in control.ids[:-1]:
                page.keyboard.press("Shift+Tab")
            for bit, study in enumerate(control.ids):
                if box(page, widget, name, bit).is_checked() and study not in settings[name]:
                    page.keyboard.press("Space")
                if bit < len(control.ids) - 1:
                    page.keyboard.press("Tab")
            continue
        forward(name)
        if control.kind == "onoff":
            if box(page, widget, name, 1).is_checked() != settings[name]:
                page.keyboard.press("Space")
        elif control.kind == "choice" and control.size <= 4:
            now = int(page.evaluate("() => document.activeElement.dataset.at"))
            for _ in range(abs(at - now)):
                page.keyboard.press("ArrowDown" if at > now else "ArrowUp")
        else:
            now = int(page.evaluate("() => document.activeElement.value"))
            up, down = ("ArrowUp", "ArrowDown") if control.kind == "choice" else ("ArrowLeft", "ArrowRight")
            for _ in range(abs(at - now)):
                page.keyboard.press(down if at > now else up)

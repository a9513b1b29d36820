"""The HTML page: safe whatever the code says, complete without its script, and good to look at."""

import re
import shutil
import struct
import subprocess
import zlib
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from muster.domain.evidence.severity import Category
from muster.domain.orchestration.health import CategoryHealth, health_of
from muster.presentation.reports import render_run
from tests.unit.presentation.reports import samples

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(
    BROWSER is None, reason="NOBODY LOOKED AT THE HTML PAGE: there is no chromium on PATH"
)
QUIET = [
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    *(
        f"--disable-{feature}"
        for feature in ("gpu", "quic", "background-networking", "component-update", "sync", "dev-shm-usage")
    ),
]
VOID = {"meta", "link", "input", "rect", "circle"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of the elements of class `name`."""
        return [attributes for _, attributes in self.tags if name in (attributes.get("class") or "").split()]


def picture(page: Path, target: Path, *options: str) -> bytes:
    """The pixels of `page` in the browser, one byte a channel, with the filter byte of each row."""
    assert BROWSER
    profile = target.with_suffix(".profile")
    command = [
        BROWSER,
        *QUIET,
        f"--user-data-dir={profile}",
        f"--screenshot={target}",
        *options,
        page.as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    content = target.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    data, offset = b"", 8
    while offset < len(content):
        (length,) = struct.unpack(">I", content[offset : offset + 4])
        if content[offset + 4 : offset + 8] == b"IDAT":
            data += content[offset + 8 : offset + 8 + length]
        offset += length + 12
    return zlib.decompress(data)


@pytest.mark.parametrize("build", [samples.run, samples.clean_run, samples.cancelled_run, samples.paid_run])
def test_every_element_is_closed(build: object) -> None:
    assert callable(build)
    assert Reader(render_run(build(), "html")).open == []


def test_what_the_code_says_never_becomes_markup() -> None:
    text = render_run(samples.run(), "html")
    reader = Reader(text)
    assert [tag for tag, _ in reader.tags if tag in {"b", "img"}] == [
        "b"
    ] * 3  # the values of the three gates
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    words = "".join(reader.words)
    assert "<script>alert(1)</script>' ]]> red | `tick` 🎉 \\u202eשלום" in words
    assert "src/we ird/<img src=x onerror=alert(1)>&\\xff 100%#?.py" in words
    assert "<b>bold</b> & evil" in words


def test_an_attribute_cannot_be_left_through_a_quote() -> None:
    found = samples.finding(path="a' onclick='x\" y.py")
    reader = Reader(render_run(samples.run(report=samples.report((found,))), "html"))
    assert reader.of_class("file") == [{"class": "file", "data-file": "a' onclick='x\" y.py", "open": None}]


def test_the_page_loads_nothing() -> None:
    text = render_run(samples.run(), "html")
    reader = Reader(text)
    assert [attributes["src"] for _, attributes in reader.tags if "src" in attributes] == []
    links = {(tag, attributes["href"]) for tag, attributes in reader.tags if "href" in attributes}
    assert links == {
        ("link", "data:,"),
        *(("a", f"https://cwe.mitre.org/data/definitions/{n}.html") for n in (89, 502, 798)),
    }
    assert "url(" not in text
    assert "@import" not in text


def test_the_policy_allows_the_page_its_own_style_and_script_only() -> None:
    text = render_run(samples.run(), "html")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    hashes = [
        b64encode(sha256(re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1].encode()).digest()).decode()  # type: ignore[index]
        for tag in ("style", "script")
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not [attributes for _, attributes in Reader(text).tags if "style" in attributes]


def test_the_unmeasured_are_hatched_and_never_a_number() -> None:
    reader = Reader(render_run(samples.run(), "html"))
    assert len(reader.of_class("grid")) == 5
    assert len(reader.of_class("hatched")) == 3  # two categories, and the agent that never began
    words = [word.strip() for word in reader.words if word.strip()]
    assert words[words.index("coverage") + 1 : words.index("coverage") + 4] == [
        "25%",
        "not measured",
        "no coverage file",
    ]


def test_nothing_measured_gives_a_dial_without_a_number() -> None:
    nothing = tuple(CategoryHealth(category, None, "no tool") for category in Category)
    text = render_run(samples.run(report=samples.report(health=health_of(nothing))), "html")
    assert "aria-label='not measured'" in text
    assert "grade" not in "".join(Reader(text).words)


def test_each_finding_can_be_filtered_by_severity_agent_and_file() -> None:
    reader = Reader(render_run(samples.run(), "html"))
    severities = [finding.severity.value for finding in samples.findings()]
    assert sorted(a["data-severity"] or "" for a in reader.of_class("finding")) == sorted(severities)
    agents = [attributes["data-agent"] for _, attributes in reader.tags if "data-agent" in attributes]
    assert (agents.count("security_auditor"), agents.count("code_reviewer")) == (3, 5)
    assert len(reader.of_class("file")) == 5
    assert "hidden" in reader.of_class("filters")[0]


def test_the_foot_says_which_model_spoke() -> None:
    assert "<footer><p>No language model was used; $0.00 for no tokens; run 01HRUN0001;" in render_run(
        samples.run(), "html"
    )
    assert "<footer><p>Language model: acme/large-1; $0.042 for 15,400 tokens" in render_run(
        samples.paid_run(), "html"
    )


def test_a_cancelled_run_has_a_page_without_a_score() -> None:
    text = render_run(samples.cancelled_run(), "html")
    reader = Reader(text)
    assert "The run has no report." in reader.words
    assert "stopped by the user" in reader.words
    assert reader.of_class("dial") == []


def test_five_thousand_findings_are_all_in_the_page() -> None:
    reader = Reader(render_run(samples.large_run(), "html"))
    assert len(reader.of_class("finding")) == 5000
    assert len([attributes for attributes in reader.of_class("file") if "open" in attributes]) == 20


@needs_browser
@pytest.mark.slow
def test_the_browser_shows_a_page_in_light_in_dark_and_on_a_narrow_screen(tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    page.write_text(render_run(samples.run(), "html"), "utf-8")
    light = picture(page, tmp_path / "light.png", "--window-size=1280,1600")
    dark = picture(
        page, tmp_path / "dark.png", "--window-size=1280,1600", "--blink-settings=preferredColorScheme=0"
    )
    narrow = picture(page, tmp_path / "narrow.png", "--window-size=500,1600")
    for pixels in (light, dark, narrow):
        assert len(set(pixels)) > 100
    assert light != dark
    assert min((tmp_path / f"{name}.png").stat().st_size for name in ("light", "dark", "narrow")) > 50_000


@needs_browser
@pytest.mark.slow
def test_the_script_of_the_page_runs_and_nothing_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    page.write_text(render_run(samples.run(), "html"), "utf-8")
    assert BROWSER
    command = [BROWSER, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
    done = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], check=True, capture_output=True, text=True, timeout=120
    )
    assert "8 of 8 shown" in done.stdout
    assert '<form class="filters">' in done.stdout
    assert "Refused to" not in done.stderr
    assert "violates the following Content Security Policy" not in done.stderr

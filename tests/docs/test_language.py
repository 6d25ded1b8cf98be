"""README and site are written in short, plain sentences."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("start", "guide", "operate", "develop")
PAGES = [
    ROOT / "README.md",
    ROOT / "examples" / "README.md",
    *(path for name in FOLDERS for path in sorted((ROOT / "docs" / name).glob("*.md"))),
]
MOST_WORDS, MOST_NUMBERS = 30, 3
SHORT_FORMS = r"\b(Fig|Figs|Sec|Eq|al|e\.g|i\.e|vs)\."
"""Ends of words that are no ends of sentences."""
PLACES = r"\b(Fig|Figs|Sec|Eq)\. ?S?\d+[a-d]?|\bL = \d+|\bT = [\d.]+|\bPython [\d.]+"
"""Names and conditions that have a number in them, in place of results."""
FORBIDDEN = {
    r"held against": "compared with",
    r"(?:is|are|was|were|be) told": "uses, is given",
    r"(?:goes|go|going|gone) on from": "resumes",
    r"deep in noise": "at high noise",
    r"frames? of coins": "random configurations",
    r"turned (?:over|spins|back)": "flipped",
    r"(?:draws?|drew) (?:frames?|spins?|lattices?|at once|samples)": "samples",
    r"frames? (?:is|are|were) drawn": "sampled",
    r"hangs? (?:on|together)": "depends on, is correlated with",
    r"whoever": "the job that",
    r"by heart": "copied from the training frames",
    r"(?:is|are) there to be": "exists",
    r"what (?:does it|it is made of)": "name it",
    r"begun (?:anew|with)": "started from",
    r"taken for": "read as",
    r"is written to": "is meant to",
    r"no part of": "not part of",
    r"of like": "of equal",
    r"the (?:surer|better|more) .{1,40}, the": "say what depends on what",
}
"""Phrases that a physicist reads twice, and what to write in their place."""


def passages(text):
    """Return the text of paragraphs and list items: no code, tables, generated parts or links."""
    text = re.sub(r"<!-- begin: ([\w-]+) -->.*?<!-- end: \1 -->", "", text, flags=re.DOTALL)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    found = []
    for before, token in pairwise(tokens):
        if before.type == "paragraph_open":
            parts = [
                {"text": one.content, "code_inline": "code", "softbreak": " "}.get(one.type, "")
                for one in token.children
            ]
            found.append(re.sub(r"\$[^$]*\$", "x", "".join(parts)))
    return found


def sentences(text):
    """Return the sentences of a passage."""
    text = re.sub(SHORT_FORMS + " ", lambda short: short[0].replace(". ", ".~"), text)
    return [one.replace("~", " ") for one in re.split(r"(?<=[.!?])[)\"]*\s+", text) if one]


def numbers(sentence):
    """Return the numbers of a sentence that are not parts of names."""
    return re.findall(r"(?<![\w.-])\d+(?:[.,]\d+)*", re.sub(PLACES, "", sentence))


def words(sentence):
    return re.findall(r"[^\W\d_][\w'.-]*", sentence)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_are_short_and_plain(path):
    wrong = []
    for sentence in (one for text in passages(path.read_text()) for one in sentences(text)):
        if len(words(sentence)) > MOST_WORDS:
            wrong.append(f"{len(words(sentence))} words: {sentence}")
        if len(numbers(sentence)) > MOST_NUMBERS:
            wrong.append(f"{len(numbers(sentence))} numbers: {sentence}")
        for phrase, better in FORBIDDEN.items():
            if re.search(rf"\b{phrase}\b", sentence, re.IGNORECASE):
                wrong.append(f"write {better!r}: {sentence}")
    assert not wrong, "\n".join(wrong)


def test_the_check_finds_what_is_wrong():
    text = "A first sentence, see Fig. 3. It has 1, 2.5, 3 and 4 of DiffIsing3 at L = 64.\n"
    first, second = sentences(passages(f"{text}\n```\n1 2 3 4 5\n```\n\n| 1 | 2 |\n|-|-|\n")[0])
    assert (len(words(first)), numbers(first)) == (5, [])
    assert numbers(second) == ["1", "2.5", "3", "4"]
    assert len(passages("One `code`.\n\n* Two\n* Three\n\n# Head\n")) == 3
    assert re.search(next(iter(FORBIDDEN)), "It is held against exact results.")

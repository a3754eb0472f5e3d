// Rounds of fixes, against a check that looks for words: each finds what it was told, and what a fix brings
// with it.
#include "tools/common/fixes.h"

#include <doctest/doctest.h>

#include <functional>

using namespace endcap;

namespace {

// Finds every `wrong` in flow.endcap and suggests `right` for it.
struct Rule {
  std::string wrong, right;
  bool safe = true;
  DiagnosticKind kind = DiagnosticKind::SyntaxError;
};

Fixed fixed(const std::string& text, const std::vector<Rule>& rules, bool editable = true) {
  return fix_texts([&](const Overlay& changed) {
    CheckedTexts checked;
    const auto found = changed.find("flow.endcap");
    const SourceId id = checked.sources.add("flow.endcap", found == changed.end() ? text : found->second);
    if (editable) checked.editable.push_back(id);
    const std::string& now = checked.sources.file(id).text;
    for (const Rule& rule : rules) {
      for (size_t at = now.find(rule.wrong); at != std::string::npos; at = now.find(rule.wrong, at + 1)) {
        const Span span{id, static_cast<uint32_t>(at), static_cast<uint32_t>(at + rule.wrong.size())};
        Diagnostic d{.kind = rule.kind, .span = span, .arguments = {rule.wrong}};
        if (!rule.right.empty()) d.suggest({span, rule.right, "write " + rule.right, rule.safe});
        checked.findings.push_back(std::move(d));
      }
    }
    return checked;
  });
}

std::string text_of(const Fixed& result) { return result.changed.at("flow.endcap"); }

}  // namespace

TEST_CASE("every safe fix is applied, and what is applied is told with its place") {
  const Fixed result = fixed("a foo\nb foo\n", {{"foo", "bar"}});
  CHECK(text_of(result) == "a bar\nb bar\n");
  REQUIRE(result.applied.size() == 2);
  CHECK(result.applied[1].path == "flow.endcap");
  CHECK(result.applied[1].at.line == 2);
  CHECK(result.applied[1].at.column == 3);
  CHECK(result.applied[1].code == "EC0001");
  CHECK(result.applied[1].title == "write bar");
  CHECK(result.rounds == 1);
  CHECK(result.before.findings.size() == 2);
  CHECK(result.after.findings.empty());
}

TEST_CASE("what is not safe is left, and so are files that are not the project's own") {
  CHECK(fixed("foo", {{"foo", "bar", false}}).changed.empty());
  CHECK(fixed("foo", {{"foo", "bar"}}, false).changed.empty());
}

TEST_CASE("of overlapping fixes one is applied in a round, the other in the next if it is still found") {
  const Fixed result = fixed("abcd", {{"abc", "xc"}, {"cd", "cy"}});
  CHECK(text_of(result) == "xcy");
  CHECK(result.rounds == 2);
  CHECK(result.applied.size() == 2);
}

TEST_CASE("a fix with which there is a new finding is undone, the others stay") {
  const Fixed result = fixed("foo bar", {{"foo", "bad"}, {"bad", ""}, {"bar", "good"}});
  CHECK(text_of(result) == "foo good");
  REQUIRE(result.undone.size() == 1);
  CHECK(result.undone[0].title == "write bad");
  CHECK(result.undone[0].why == "EC0001: bad");
  CHECK(result.after.findings.size() == 1);
}

TEST_CASE("a warning that errors had hidden is no new finding") {
  const auto check = [](const Overlay& changed) {
    CheckedTexts checked;
    const auto found = changed.find("f");
    const SourceId id = checked.sources.add("f", found == changed.end() ? "a b" : found->second);
    checked.editable.push_back(id);
    const std::string& now = checked.sources.file(id).text;
    for (const char* wrong : {"a", "b"}) {
      const auto at = static_cast<uint32_t>(now.find(wrong));
      if (at >= now.size()) continue;
      checked.findings.push_back(
          {.kind = DiagnosticKind::SyntaxError, .span = {id, at, at + 1}, .arguments = {wrong}});
      checked.findings.back().suggest({{id, at, at + 1}, "c", "write c", true});
    }
    if (checked.findings.empty())
      checked.findings.push_back(
          {.kind = DiagnosticKind::EventNotHeard, .span = {id, 0, 1}, .arguments = {"erp", "Moved"}});
    return checked;
  };
  const Fixed result = fix_texts(check);
  CHECK(result.changed.at("f") == "c c");
  CHECK(result.undone.empty());
  CHECK(result.after.findings.size() == 1);
}

TEST_CASE("fixes that harm only together are applied one at a time, until one would harm") {
  const Fixed result = fixed("foo bar", {{"foo", "x"}, {"bar", "y"}, {"x y", ""}});
  CHECK(text_of(result) == "x bar");
  CHECK(result.undone.size() == 1);
  CHECK_FALSE(result.unfinished);
}

TEST_CASE("a fix that never comes to an end stops after ten rounds") {
  const Fixed result = fixed("a", {{"a", "aa"}});
  CHECK(result.applied.empty());  // twice the finding: worse
  CHECK(result.undone.size() == 1);
  const Fixed circle = fixed("ab", {{"ab", "ba"}, {"ba", "ab"}});
  CHECK(circle.changed.empty());  // the other finding is a new one
  const Fixed endless = fix_texts([](const Overlay& changed) {
    CheckedTexts checked;
    const auto found = changed.find("f");
    const SourceId id = checked.sources.add("f", found == changed.end() ? "" : found->second);
    checked.editable.push_back(id);
    const Span end{id, static_cast<uint32_t>(checked.sources.file(id).text.size()),
                   static_cast<uint32_t>(checked.sources.file(id).text.size())};
    checked.findings.push_back({.kind = DiagnosticKind::SyntaxError, .span = end, .arguments = {"more"}});
    checked.findings.back().suggest({end, "x", "write x", true});
    return checked;
  });
  CHECK(endless.changed.at("f") == std::string(kFixRoundsMax, 'x'));
  CHECK(endless.rounds == kFixRoundsMax);
  CHECK(endless.unfinished);
}

TEST_CASE("two insertions at one place are not applied together") {
  const Fixed result = fix_texts([](const Overlay& changed) {
    CheckedTexts checked;
    const auto found = changed.find("f");
    const SourceId id = checked.sources.add("f", found == changed.end() ? "ab" : found->second);
    checked.editable.push_back(id);
    const std::string& now = checked.sources.file(id).text;
    for (const char* what : {"1", "2"}) {
      if (now.find(what) != std::string::npos) continue;
      checked.findings.push_back(
          {.kind = DiagnosticKind::SyntaxError, .span = {id, 1, 1}, .arguments = {what}});
      checked.findings.back().suggest({{id, 1, 1}, what, what, true});
    }
    return checked;
  });
  CHECK(result.changed.at("f") == "a21b");
  CHECK(result.rounds == 2);
}

TEST_CASE("fixes in several places of a text each stand in their own") {
  SourceMap sources;
  const SourceId id = sources.add("f", "0123456789");
  const Fix first{{id, 0, 1}, "", "", true}, second{{id, 5, 5}, "+", "", true},
      third{{id, 8, 10}, "end", "", true};
  CHECK(apply_fixes("0123456789", {&first, &second, &third}) == "1234+567end");
}

// Runs cases/*.endcap, laundering/*.endcap, honest/*.endcap and the examples of compiler/diag/explain in the
// fixture project.
//
// A case is a module. What stands behind `--! ` is cut off before it is checked: `--! EC0301 landedCosts`
// says: this line gives finding EC0301, and its primary span is exactly that text. Several may stand on a
// line, one comment each. What is not announced must not be found.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "compiler/diag/render.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"

using namespace endcap;
namespace fs = std::filesystem;

namespace {

const fs::path kRoot = ENDCAP_SOURCE_DIR;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> files_in(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

struct Finding {
  std::string code;
  uint32_t line = 0;
  std::string text;
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

std::string show(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += fmt::format("  line {}: {} `{}`\n", finding.line, finding.code, finding.text);
  return text.empty() ? "  nothing\n" : text;
}

// What is found when the text stands in the fixture project as one more module.
struct Checked {
  std::vector<Finding> findings;
  std::string rendered;
  std::vector<Fix> fixes;  // of findings in the module
  SourceId subject = SourceId::None;
};
Checked check_module(const std::string& name, const std::string& text) {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(kRoot / "tests/language/project", sources, diagnostics);
  const SourceId subject = sources.add(name, text);
  project.sources.push_back(subject);
  std::vector<ast::Module> modules;
  for (const SourceId source : project.sources) modules.push_back(parse(sources, source, diagnostics));
  add_standard_modules(modules, sources, diagnostics);
  check(project, modules, sources, diagnostics);

  Checked result{.subject = subject};
  for (const Diagnostic& diagnostic : diagnostics.sorted(sources)) {
    const bool here = diagnostic.span.source == subject;
    if (here && diagnostic.fix) result.fixes.push_back(*diagnostic.fix);
    if (!here && info(diagnostic.kind).severity != Severity::Error)
      continue;  // the fixture's own lock file and the like
    result.findings.push_back({std::string(info(diagnostic.kind).code),
                               here ? sources.line_column(subject, diagnostic.span.begin).line : 0,
                               diagnostic.span.valid() ? std::string(sources.text(diagnostic.span)) : ""});
  }
  std::ranges::sort(result.findings);
  result.rendered = render(diagnostics.sorted(sources), sources, {.format = Format::Short});
  return result;
}

// The module without what it announces: columns before it and lines stay.
std::string without_announcements(std::string text) {
  for (size_t at; (at = text.find("--! ")) != std::string::npos;) text.erase(at, text.find('\n', at) - at);
  return text;
}

std::vector<Finding> announced(const std::string& text) {
  std::vector<Finding> findings;
  uint32_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view rest = std::string_view(text).substr(begin, end - begin);
    for (size_t at; (at = rest.find("--! ")) != std::string_view::npos;) {
      rest.remove_prefix(at + 4);
      std::string_view one = rest.substr(0, rest.find(" --! "));
      const size_t space = one.find(' ');
      findings.push_back({std::string(one.substr(0, space)), line,
                          space == std::string_view::npos ? "" : std::string(one.substr(space + 1))});
    }
    begin = end + 1;
  }
  std::ranges::sort(findings);
  return findings;
}

// The span of a finding that covers more than one line is announced by its first line.
std::vector<Finding> first_lines(std::vector<Finding> findings) {
  for (Finding& finding : findings) {
    finding.text = finding.text.substr(0, finding.text.find('\n'));
    while (finding.text.ends_with(' ')) finding.text.pop_back();
  }
  std::ranges::sort(findings);
  return findings;
}

// Checks every program of a folder against what it announces, which must be as `expected` says; gives their
// number.
size_t check_all(const char* folder,
                 const std::function<void(const std::vector<Finding>&)>& expected = nullptr) {
  const std::vector<fs::path> paths = files_in(kRoot / "tests/language" / folder, ".endcap");
  for (const fs::path& path : paths) {
    CAPTURE(path.filename().string());
    const std::string text = read_file(path);
    const Checked checked = check_module(path.filename().string(), without_announcements(text));
    const std::vector<Finding> said = announced(text), found = first_lines(checked.findings);
    INFO("announced:\n" << show(said) << "found:\n" << show(found) << checked.rendered);
    CHECK(said == found);
    if (expected) expected(said);
  }
  return paths.size();
}

// The text of the block ```endcap KIND of an explanation; empty when there is none.
std::string example(const std::string& markdown, std::string_view kind) {
  const std::string fence = fmt::format("```endcap {}\n", kind);
  const size_t begin = markdown.find(fence);
  if (begin == std::string::npos) return "";
  const size_t body = begin + fence.size();
  return markdown.substr(body, markdown.find("\n```", body) + 1 - body);
}

// A finding by its place: the text that it marks may be what was fixed.
std::pair<std::string, uint32_t> without_text(const Finding& finding) { return {finding.code, finding.line}; }

}  // namespace

TEST_CASE("the fixture project is clean") {
  const Checked checked = check_module("empty.endcap", "module fixture.empty\n");
  INFO(checked.rendered);
  CHECK(checked.findings.empty());
}

TEST_CASE("every case gives exactly the findings it announces") { check_all("cases"); }

TEST_CASE("advice that tries to add or change a write is refused, whichever way it takes") {
  const size_t programs =
      check_all("laundering", [](const std::vector<Finding>& findings) { CHECK_FALSE(findings.empty()); });
  CHECK(programs >= 30);
}

TEST_CASE("advice that informs people or holds writes back is let through") {
  const size_t programs =
      check_all("honest", [](const std::vector<Finding>& findings) { CHECK(findings.empty()); });
  CHECK(programs >= 30);
}

TEST_CASE("every fix says what it does and where; with a safe one its finding is gone and none is new") {
  size_t safe = 0;
  for (const fs::path& path : files_in(kRoot / "tests/language/cases", ".endcap")) {
    CAPTURE(path.filename().string());
    const std::string text = without_announcements(read_file(path));
    const Checked checked = check_module(path.filename().string(), text);
    for (const Fix& fix : checked.fixes) {
      CAPTURE(fix.title);
      CHECK_FALSE(fix.title.empty());
      REQUIRE(fix.span.source == checked.subject);
      REQUIRE(fix.span.begin <= fix.span.end);
      REQUIRE(fix.span.end <= text.size());
      CHECK(text.substr(fix.span.begin, fix.span.end - fix.span.begin) != fix.replacement);
      if (!fix.safe) continue;
      ++safe;
      std::string fixed = text;
      fixed.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
      const Checked after = check_module(path.filename().string(), fixed);
      INFO("before:\n" << show(checked.findings) << "after:\n" << show(after.findings));
      CHECK(after.findings.size() < checked.findings.size());
      CHECK(std::ranges::includes(checked.findings, after.findings, {}, without_text, without_text));
    }
  }
  CHECK(safe >= 2);
}

TEST_CASE("every explanation has an example that fails with its code and one that passes") {
  for (const fs::path& path : files_in(kRoot / "compiler/diag/explain", ".md")) {
    const std::string code = path.stem().string();
    CAPTURE(code);
    const DiagnosticInfo* known = find_diagnostic(code);
    REQUIRE(known);
    const std::string markdown = read_file(path);
    CHECK(markdown.starts_with(fmt::format("# {} {}\n", code, known->name)));
    const std::string fails = example(markdown, "fails"), passes = example(markdown, "passes");
    if (code.starts_with("EC01"))
      continue;                      // about files, not modules: the unit tests of compiler/schema show them
    if (code == "EC0686") continue;  // thousands of lines: the unit tests of compiler/ir show it
    if (code == "EC0514") continue;  // hundreds of rows: the unit tests of compiler/sema show it
    // About endcap.toml: the unit tests of compiler/sema show it.
    static const std::set<std::string> kAboutSettings = {"EC0528", "EC0692", "EC0693", "EC0721",
                                                         "EC0746", "EC0747", "EC0749"};
    if (kAboutSettings.contains(code)) continue;
    REQUIRE_FALSE(fails.empty());
    REQUIRE_FALSE(passes.empty());
    const Checked failing = check_module("fails.endcap", fails),
                  passing = check_module("passes.endcap", passes);
    INFO("fails gives:\n" << failing.rendered << "passes gives:\n" << passing.rendered);
    CHECK(
        std::ranges::any_of(failing.findings, [&](const Finding& finding) { return finding.code == code; }));
    CHECK(passing.findings.empty());
  }
}

TEST_CASE("every diagnostic has an explanation and a case") {
  std::set<std::string> cases;
  for (const char* folder : {"cases", "laundering"}) {
    for (const fs::path& path : files_in(kRoot / "tests/language" / folder, ".endcap")) {
      for (const Finding& finding : announced(read_file(path))) cases.insert(finding.code);
    }
  }
  std::string unit_tests;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "tests/unit/compiler")) {
    if (entry.path().extension() == ".cpp") unit_tests += read_file(entry.path());
  }
  for (const DiagnosticInfo& diagnostic : all_diagnostics()) {
    CAPTURE(diagnostic.code);
    CAPTURE(diagnostic.name);
    CHECK_FALSE(explanation(diagnostic.kind).empty());
    // What is not about one module (a folder's files, names of two modules) is shown by a unit test that
    // names it.
    const bool shown =
        cases.contains(std::string(diagnostic.code)) ||
        unit_tests.find(fmt::format("\"{}\"", diagnostic.code)) != std::string::npos ||
        unit_tests.find(fmt::format("DiagnosticKind::{}", diagnostic.name)) != std::string::npos;
    CHECK(shown);
  }
}

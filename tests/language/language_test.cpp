// Runs cases/*.endcap, laundering/*.endcap and honest/*.endcap in the fixture project, the projects of
// projects/, and the examples of compiler/diag/explain.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/language/examples.h"

using namespace endcap;
using namespace endcap::language;
namespace fs = std::filesystem;

namespace {

// Checks every program of a folder against what it announces, which must be as `expected` says; gives their
// number.
size_t check_all(const char* folder,
                 const std::function<void(const std::vector<Finding>&)>& expected = nullptr) {
  const std::vector<fs::path> paths = files_in(kRoot / "tests/language" / folder, ".endcap");
  for (const fs::path& path : paths) {
    const std::string name = path.filename().string();
    CAPTURE(name);
    const std::string text = counted_on(read_text(path));
    const Checked checked = check_module(name, without_announcements(name, text));
    const std::vector<Finding> said = announced(name, text);
    INFO("announced:\n" << show(said) << "found:\n" << show(checked.findings) << checked.rendered);
    CHECK(said == checked.findings);
    if (expected) expected(said);
  }
  return paths.size();
}

// The files of a project, and what they announce. What has no place in a file that can hold a comment stands
// in a file `expected`, one a line: `EC0150`, or `EC0348 data/fees.csv:3 "open`.
struct ProjectCase {
  Files files;
  std::vector<Finding> said;
};
std::vector<Finding> expected_in(const std::string& text) {
  std::vector<Finding> findings;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    Finding finding{.code = line.substr(0, line.find(' '))};
    if (const size_t colon = line.find(':'); colon != std::string::npos) {
      finding.path = line.substr(finding.code.size() + 1, colon - finding.code.size() - 1);
      const size_t space = line.find(' ', colon);
      finding.line = static_cast<uint32_t>(std::stoul(line.substr(colon + 1, space - colon - 1)));
      if (space != std::string::npos) finding.text = line.substr(space + 1);
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}
ProjectCase project_case(const fs::path& folder) {
  ProjectCase result;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    const std::string text = counted_on(read_text(entry.path()));
    auto said = path == "expected" ? expected_in(text) : announced(path, text);
    result.said.insert(result.said.end(), said.begin(), said.end());
    if (path != "expected") result.files[path] = without_announcements(path, text);
  }
  std::ranges::sort(result.said);
  return result;
}
std::vector<fs::path> project_folders() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(kRoot / "tests/language/projects"))
    folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

// A finding by its place before a fix: the text that it marks may be what was fixed, and lines behind it
// move.
struct Shift {
  uint32_t line = 0;
  int64_t by = 0;
};
std::vector<std::pair<std::string, int64_t>> places(const std::vector<Finding>& findings, Shift shift = {}) {
  std::vector<std::pair<std::string, int64_t>> result;
  for (const Finding& finding : findings)
    result.emplace_back(finding.code, finding.line > shift.line ? finding.line - shift.by : finding.line);
  std::ranges::sort(result);
  return result;
}
int64_t lines_in(std::string_view text) { return std::ranges::count(text, '\n'); }

}  // namespace

TEST_CASE("the fixture project is clean") {
  const Checked checked = check_module("empty.endcap", "module fixture.empty\n");
  INFO(checked.rendered);
  CHECK(checked.findings.empty());
}

TEST_CASE("every case gives exactly the findings it announces") { check_all("cases"); }

TEST_CASE("every project gives exactly the findings it announces") {
  for (const fs::path& folder : project_folders()) {
    CAPTURE(folder.filename().string());
    const ProjectCase project = project_case(folder);
    const Checked checked = check_project_of(project.files);
    INFO("announced:\n" << show(project.said) << "found:\n" << show(checked.findings) << checked.rendered);
    CHECK(project.said == checked.findings);
  }
}

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
  std::set<std::string> safe;
  for (const fs::path& path : files_in(kRoot / "tests/language/cases", ".endcap")) {
    const std::string name = path.filename().string();
    CAPTURE(name);
    const std::string text = without_announcements(name, counted_on(read_text(path)));
    const Checked checked = check_module(name, text);
    for (const Fix& fix : checked.fixes) {
      CAPTURE(fix.title);
      CHECK_FALSE(fix.title.empty());
      REQUIRE(fix.span.begin <= fix.span.end);
      REQUIRE(fix.span.end <= text.size());
      const std::string replaced = text.substr(fix.span.begin, fix.span.end - fix.span.begin);
      CHECK((replaced != fix.replacement || fix.span.begin == fix.span.end));
      if (!fix.safe) continue;
      safe.insert(fix.title.substr(0, fix.title.find('`')));
      std::string fixed = text;
      fixed.replace(fix.span.begin, replaced.size(), fix.replacement);
      const Checked after = check_module(name, fixed);
      INFO("before:\n" << show(checked.findings) << "after:\n" << show(after.findings));
      CHECK(after.findings.size() < checked.findings.size());
      const Shift shift{static_cast<uint32_t>(1 + lines_in(std::string_view(text).substr(0, fix.span.begin))),
                        lines_in(fix.replacement) - lines_in(replaced)};
      const auto was = places(checked.findings), is = places(after.findings, shift);
      CHECK(std::ranges::includes(was, is));
    }
  }
  CHECK(safe.size() >= 5);
}

TEST_CASE("every explanation has an example that fails with its code and one that passes") {
  for (const fs::path& path : files_in(kRoot / "compiler/diag/explain", ".md")) {
    const std::string code = path.stem().string();
    CAPTURE(code);
    const DiagnosticInfo* known = find_diagnostic(code);
    REQUIRE(known);
    const std::string markdown = read_text(path);
    CHECK(markdown.starts_with(fmt::format("# {} {}\n", code, known->name)));
    const std::vector<Block> fails = blocks_of(markdown, "fails"), passes = blocks_of(markdown, "passes");
    REQUIRE_FALSE(fails.empty());
    REQUIRE_FALSE(passes.empty());
    const Checked failing = check_example(fails), passing = check_example(passes);
    INFO("fails gives:\n" << failing.rendered << "passes gives:\n" << passing.rendered);
    CHECK(
        std::ranges::any_of(failing.findings, [&](const Finding& finding) { return finding.code == code; }));
    CHECK(passing.findings.empty());
  }
}

TEST_CASE("every diagnostic has an explanation and a case, and every case is of a diagnostic") {
  std::set<std::string> cases;
  for (const char* folder : {"cases", "laundering"}) {
    for (const fs::path& path : files_in(kRoot / "tests/language" / folder, ".endcap")) {
      for (const Finding& finding : announced(path.filename().string(), read_text(path)))
        cases.insert(finding.code);
    }
  }
  for (const fs::path& folder : project_folders()) {
    for (const Finding& finding : project_case(folder).said) cases.insert(finding.code);
  }
  for (const DiagnosticInfo& diagnostic : all_diagnostics()) {
    CAPTURE(diagnostic.code);
    CAPTURE(diagnostic.name);
    CHECK_FALSE(explanation(diagnostic.kind).empty());
    CHECK(cases.erase(std::string(diagnostic.code)) == 1);
  }
  CAPTURE(fmt::format("{}", fmt::join(cases, ", ")));
  CHECK(cases.empty());
}

// What any tool found at a place of a file, as build servers read it: diagnostics, tests that fail, upgrades
// that strand, metadata that changed.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/diag/diagnostic.h"

namespace endcap {

struct ReportPlace {
  std::string path;  // as who reads the report sees it
  LineColumn begin;
  std::optional<LineColumn> end = std::nullopt;  // none: the whole line `begin.line`
};

struct ReportFinding {
  std::string rule;       // "EC0301", "breaking/wait-point-gone"
  std::string rule_name;  // "UnknownField", "wait point gone"
  std::string help;       // Markdown: what the rule means; may be empty
  Severity severity = Severity::Error;
  std::string message;                              // one sentence
  std::optional<ReportPlace> place = std::nullopt;  // none: it is the whole project's
  std::vector<std::pair<ReportPlace, std::string>> related = {};
  std::vector<std::string> notes = {};
  struct Edit {
    ReportPlace place;
    std::string replacement, title;
    bool safe = false;
  };
  std::optional<Edit> edit = std::nullopt;
};

// "wait point gone" -> "wait-point-gone".
std::string rule_id(std::string_view words);

// Paths start in `folder`: see path_from.
ReportFinding report_of(const Diagnostic& diagnostic, const SourceMap& sources, const std::string& folder);

// `path:line:column: error EC0301: message`.
std::string short_line(const ReportFinding& finding);

// A workflow command of GitHub Actions.
std::string github_command(const ReportFinding& finding);

// A log of SARIF 2.1.0. What has no place stands at the top of the file `project`: scanning services refuse a
// finding without one.
std::string sarif_log(const std::vector<ReportFinding>& findings, const std::string& project,
                      const std::string& version);

struct JunitCase {
  struct Failure {
    std::string message, type, text;
  };
  std::string name, file;
  uint32_t line = 0;  // 0: the whole file
  double seconds = 0;
  std::vector<Failure> failures = {};
};
struct JunitSuite {
  std::string name;
  std::vector<JunitCase> cases = {};
};

// A JUnit report in the dialect of Jenkins (jenkins-junit.xsd), where a test case may fail more than once.
std::string junit_report(const std::vector<JunitSuite>& suites);

// A suite in which each file with findings is a test case, and the project too.
JunitSuite junit_suite(std::string name, const std::vector<ReportFinding>& findings,
                       const std::string& project);

// An array of {rule, severity, message, path, line, notes}; null where there is no place.
std::string findings_json(const std::vector<ReportFinding>& findings);

}  // namespace endcap

// Findings as a JUnit report, which every build server shows.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/diag/render_formats.h"
#include "compiler/diag/report.h"

namespace endcap {

namespace {

// XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF.
std::string xml(std::string_view text, std::string_view line_end = "\n") {
  std::string result;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    for (const char c : printable(text.substr(begin, end - begin))) {
      switch (c) {
        case '&':
          result += "&amp;";
          break;
        case '<':
          result += "&lt;";
          break;
        case '>':
          result += "&gt;";
          break;
        case '"':
          result += "&quot;";
          break;
        default:
          result += c;
      }
    }
    if (end < text.size()) result += line_end;
    begin = end + 1;
  }
  for (const std::string_view none : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (size_t at; (at = result.find(none)) != std::string::npos;) result.replace(at, none.size(), "?");
  }
  return result;
}

// A line end in an attribute would be read as a blank.
std::string attribute(std::string_view text) { return xml(text, "&#10;"); }

size_t count_failed(const JunitSuite& suite) {
  return static_cast<size_t>(
      std::ranges::count_if(suite.cases, [](const JunitCase& each) { return !each.failures.empty(); }));
}

std::string case_text(const std::string& suite, const JunitCase& each) {
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"", attribute(suite),
                                 attribute(each.name), attribute(each.file));
  if (each.line != 0) text += fmt::format(" line=\"{}\"", each.line);
  text += fmt::format(" time=\"{:.3f}\"", each.seconds);
  if (each.failures.empty()) return text + "/>\n";
  text += ">\n";
  for (const JunitCase::Failure& failure : each.failures)
    text += fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n",
                        attribute(failure.message), attribute(failure.type), xml(failure.text));
  return text + "    </testcase>\n";
}

}  // namespace

std::string junit_report(const std::vector<JunitSuite>& suites) {
  size_t tests = 0, failed = 0;
  for (const JunitSuite& suite : suites) tests += suite.cases.size(), failed += count_failed(suite);
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\" errors=\"0\">\n",
      tests, failed);
  for (const JunitSuite& suite : suites) {
    double seconds = 0;
    for (const JunitCase& each : suite.cases) seconds += each.seconds;
    text += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
        "time=\"{:.3f}\">\n",
        attribute(suite.name), suite.cases.size(), count_failed(suite), seconds);
    for (const JunitCase& each : suite.cases) text += case_text(suite.name, each);
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

JunitSuite junit_suite(std::string name, const std::vector<ReportFinding>& findings,
                       const std::string& project) {
  JunitSuite suite{std::move(name)};
  std::map<std::string, size_t> by_path;
  const auto case_of = [&](const std::string& path) -> JunitCase& {
    const auto [found, fresh] = by_path.try_emplace(path, suite.cases.size());
    if (fresh) suite.cases.push_back({path, path});
    return suite.cases[found->second];
  };
  case_of(project);
  for (const ReportFinding& finding : findings) {
    std::string text = short_line(finding);
    for (const std::string& note : finding.notes) text += "note: " + note + "\n";
    case_of(finding.place ? finding.place->path : project)
        .failures.push_back(
            {fmt::format("{} {}: {}", severity_word(finding.severity), finding.rule, finding.message),
             finding.rule, std::move(text)});
  }
  return suite;
}

std::string render_junit(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                         const std::string& folder) {
  JunitSuite suite{"endcap check"};
  std::map<std::string, size_t> by_path;
  const auto case_of = [&](const std::string& path) -> JunitCase& {
    const auto [found, fresh] = by_path.try_emplace(path, suite.cases.size());
    if (fresh) suite.cases.push_back({path, path_from(folder, path)});
    return suite.cases[found->second];
  };
  // A finding without a place is the project's, and the project is its endcap.toml.
  for (size_t i = 0; i < sources.size(); ++i) case_of(sources.file(static_cast<SourceId>(i)).path);
  for (const Diagnostic& d : diagnostics) {
    const DiagnosticInfo& entry = info(d.kind);
    case_of(d.span.valid() ? sources.file(d.span.source).path : "endcap.toml")
        .failures.push_back({fmt::format("{} {}: {}", severity_word(entry.severity), entry.code, message(d)),
                             std::string(entry.code), render_human(d, sources, false)});
  }
  return junit_report({suite});
}

}  // namespace endcap

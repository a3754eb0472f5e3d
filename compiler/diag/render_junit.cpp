// Diagnostics as a JUnit report, which every build server shows: a file of the project is a test case, a
// finding its failure. The dialect is Jenkins' (jenkins-junit.xsd), where a test case may fail more than
// once.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/diag/render_formats.h"

namespace endcap {

namespace {

// XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF.
std::string xml(std::string_view text) {
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
    if (end < text.size()) result += '\n';
    begin = end + 1;
  }
  for (const std::string_view none : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (size_t at; (at = result.find(none)) != std::string::npos;) result.replace(at, none.size(), "?");
  }
  return result;
}

std::string failure(const Diagnostic& d, const SourceMap& sources) {
  const DiagnosticInfo& entry = info(d.kind);
  return fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n",
                     xml(fmt::format("{} {}: {}", severity_word(entry.severity), entry.code, message(d))),
                     entry.code, xml(render_human(d, sources, false)));
}

}  // namespace

std::string render_junit(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                         const std::string& folder) {
  struct Case {
    std::string path, failures;
  };
  std::vector<Case> cases;
  std::map<std::string, size_t> by_path;
  const auto case_of = [&](const std::string& path) -> Case& {
    const auto [found, fresh] = by_path.try_emplace(path, cases.size());
    if (fresh) cases.push_back({path, ""});
    return cases[found->second];
  };
  // A finding without a place is the project's, and the project is its endcap.toml.
  for (size_t i = 0; i < sources.size(); ++i) case_of(sources.file(static_cast<SourceId>(i)).path);
  for (const Diagnostic& d : diagnostics) {
    case_of(d.span.valid() ? sources.file(d.span.source).path : "endcap.toml").failures +=
        failure(d, sources);
  }
  const auto failed = std::ranges::count_if(cases, [](const Case& each) { return !each.failures.empty(); });
  std::string result = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites tests=\"{0}\" failures=\"{1}\" errors=\"0\">\n"
      "  <testsuite name=\"endcap check\" tests=\"{0}\" failures=\"{1}\" errors=\"0\" skipped=\"0\">\n",
      cases.size(), failed);
  for (const Case& each : cases) {
    result += fmt::format("    <testcase classname=\"endcap check\" name=\"{}\" file=\"{}\" time=\"0\"",
                          xml(each.path), xml(path_from(folder, each.path)));
    result += each.failures.empty() ? "/>\n" : ">\n" + each.failures + "    </testcase>\n";
  }
  return result + "  </testsuite>\n</testsuites>\n";
}

}  // namespace endcap

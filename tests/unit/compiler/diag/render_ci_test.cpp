// The formats of build servers: workflow commands of GitHub Actions, and JUnit reports.
#include <doctest/doctest.h>

#include "tests/unit/compiler/diag/example.h"

using namespace endcap;

namespace {

std::string github(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                   std::string folder = "") {
  return render(diagnostics, sources, {.format = Format::Github, .folder = std::move(folder)});
}
std::string junit(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                  std::string folder = "") {
  return render(diagnostics, sources, {.format = Format::Junit, .folder = std::move(folder)});
}

}  // namespace

TEST_CASE("a workflow command names file, line and code, and says everything in one line") {
  const Example example;
  CHECK(github(example.one(), example.sources, "./shop") ==
        "::error file=shop/flow.endcap,line=2,endLine=2,col=20,title=EC0001::Promotion has no field "
        "`landedCoast`"
        "%0Ashop/flow.endcap:2:14: this is a Promotion%0Ashop/erp.edmx:2:19: the schema has this"
        "%0Anote: Fields are declared in views.%0Afix: write `landedCost`\n");
}

TEST_CASE("what means something to the runner is escaped: in properties more than in the text") {
  SourceMap sources;
  const SourceId source = sources.add("a,b:c%.endcap", "one\ntwo\n");
  Diagnostics diagnostics;
  diagnostics.emit(DiagnosticKind::SyntaxError, {source, 0, 6}, {"100% sure: a, b"});
  diagnostics.emit(DiagnosticKind::LockMissing, {});
  CHECK(github(diagnostics.all(), sources) ==
        "::error file=a%2Cb%3Ac%25.endcap,line=1,endLine=2,title=EC0001::100%25 sure: a, b\n"
        "::warning title=EC0150::the schemas are not pinned: there is no endcap.lock\n");
}

TEST_CASE("a report has a test case for every file and a failure for every finding") {
  const Example example;
  std::vector<Diagnostic> findings = example.one();
  Diagnostics more;
  more.emit(DiagnosticKind::LockMissing, {});
  more.emit(DiagnosticKind::SyntaxError, example.find(example.flow, "let b"), {"again"});
  findings.insert(findings.end(), more.all().begin(), more.all().end());
  const std::string report = junit(findings, example.sources, "shop");
  CHECK(report.starts_with(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"3\" failures=\"2\""));
  CHECK(report.find("name=\"erp.edmx\" file=\"shop/erp.edmx\" time=\"0.000\"/>") != std::string::npos);
  const size_t flow = report.find("name=\"flow.endcap\""), end = report.find("</testcase>", flow);
  const std::string of_flow = report.substr(flow, end - flow);
  CHECK(of_flow.find(
            "<failure message=\"error EC0001: Promotion has no field `landedCoast`\" type=\"EC0001\">") !=
        std::string::npos);
  CHECK(of_flow.find("<failure message=\"error EC0001: again\"") != std::string::npos);
  CHECK(of_flow.find("2 |     let größe = promo.landedCoast\n") !=
        std::string::npos);  // the excerpt is the failure's text
  const size_t project = report.find("name=\"endcap.toml\"");
  CHECK(report.find("EC0150", project) != std::string::npos);
}

TEST_CASE("a report without findings has no failure") {
  const Example example;
  const std::string report = junit({}, example.sources);
  CHECK(report.find("<testsuites tests=\"2\" failures=\"0\"") != std::string::npos);
  CHECK(report.find("<failure") == std::string::npos);
}

TEST_CASE("what XML can't say is escaped or replaced") {
  SourceMap sources;
  const SourceId source = sources.add("a<b>&\".endcap", "x\x1b\xef\xbf\xbe\xff\n");
  Diagnostics diagnostics;
  diagnostics.emit(DiagnosticKind::SyntaxError, {source, 0, 1}, {"<script> & \"\x01\xef\xbf\xbf\""});
  const std::string report = junit(diagnostics.all(), sources);
  CHECK(report.find("name=\"a&lt;b&gt;&amp;&quot;.endcap\"") != std::string::npos);
  CHECK(report.find("&lt;script&gt; &amp; &quot;??&quot;") != std::string::npos);
  CHECK(report.find("1 | x???") != std::string::npos);
  CHECK(report.find_first_of("\x01\x1b\xff") == std::string::npos);
}

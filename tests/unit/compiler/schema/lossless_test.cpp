// Real metadata imports without loss: SAP's published services, the OASIS examples, and the project's own
// schemas.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>

#include "compiler/schema/project.h"
#include "tests/unit/compiler/schema/facts.h"

namespace endcap::test {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> metadata_files() {
  fs::path root(ENDCAP_SOURCE_DIR);
  std::vector<fs::path> files;
  for (fs::path folder :
       {root / "workflows/schemas", root / "../shared/erp/sap", root / "../shared/erp/oasis"}) {
    if (!fs::is_directory(folder)) {
      MESSAGE("not here, skipped: " << folder.lexically_relative(root).string());
      continue;
    }
    for (auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string first_difference(const std::vector<std::string>& expected,
                             const std::vector<std::string>& found) {
  std::vector<std::string> lost, made_up;
  std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(), std::back_inserter(lost));
  std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                      std::back_inserter(made_up));
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(lost.size(), 5); ++i) text += "\n  lost: " + lost[i];
  for (size_t i = 0; i < std::min<size_t>(made_up.size(), 5); ++i) text += "\n  made up: " + made_up[i];
  return text;
}

}  // namespace

TEST_CASE("every element and attribute of real metadata is in the model, and nothing else") {
  for (auto& path : metadata_files()) {
    CAPTURE(path.filename().string());
    pugi::xml_document document;
    REQUIRE(document.load_file(path.c_str()));
    SourceMap sources;
    Diagnostics diagnostics;
    auto started = std::chrono::steady_clock::now();
    auto schema = import_schema(path, path.filename().string(), sources, diagnostics);
    std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - started;
    REQUIRE(schema);
    CHECK_FALSE(diagnostics.has_errors());

    auto expected = facts_of_xml(document);
    auto found = facts_of_model(*schema);
    CHECK_MESSAGE(expected == found, path.filename().string() << first_difference(expected, found));
    MESSAGE(path.filename().string() << ": " << found.size() << " facts, " << diagnostics.all().size()
                                     << " warnings, " << taken.count() << " ms");
  }
}

TEST_CASE("the project's own schemas have no warning") {
  for (std::string name : {"erp.edmx", "shop.xml"}) {
    SourceMap sources;
    Diagnostics diagnostics;
    CHECK(
        import_schema(fs::path(ENDCAP_SOURCE_DIR) / "workflows/schemas" / name, name, sources, diagnostics));
    for (auto& one : diagnostics.all()) FAIL_CHECK(message(one));
  }
}

}  // namespace endcap::test

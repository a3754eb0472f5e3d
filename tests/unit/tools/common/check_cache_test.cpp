// What was found is told again while nothing has changed, and never afterwards.
#include "tools/common/check_cache.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "compiler/diag/render.h"
#include "tools/common/compile_project.h"

using namespace endcap;
namespace fs = std::filesystem;

namespace {

// A project of one module and one schema, and a cache beside it.
struct Setup {
  fs::path top = fs::temp_directory_path() / ("endcap_check_cache_" + std::to_string(getpid()));
  fs::path project = top / "project", cache = top / "cache";

  Setup() {
    fs::create_directories(project);
    put("endcap.toml", "[project]\nname = \"small\"\nsources = [\"*.endcap\"]\n");
    put("a.endcap", "module a\n\nfunction twice(n: Int) -> Int = n * m\n");
  }
  ~Setup() { fs::remove_all(top); }
  void put(const std::string& name, const std::string& text) const { std::ofstream(project / name) << text; }

  CheckResult check() const {
    CheckedProject checked = check_project(project);
    CheckResult result;
    result.findings = checked.diagnostics.sorted(checked.sources);
    result.name = checked.project.name;
    result.modules = checked.modules.size();
    result.sources = std::move(checked.sources);
    return result;
  }
  std::optional<CheckResult> find() const { return CheckCache(cache, project).find(); }
  void check_and_keep() const {
    const CheckCache now(cache, project);
    now.keep(check());
  }
  size_t entries() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(cache / "checks"), {}));
  }
};

std::string shown(const CheckResult& result) {
  return render(result.findings, result.sources, {.format = Format::Human}) +
         render(result.findings, result.sources, {.format = Format::Json}) +
         render(result.findings, result.sources, {.format = Format::Junit});
}

}  // namespace

TEST_CASE("an unchanged project is told the same again, excerpts, labels and fixes included") {
  const Setup setup;
  CHECK_FALSE(setup.find().has_value());
  setup.check_and_keep();
  const auto kept = setup.find();
  REQUIRE(kept.has_value());
  CHECK(kept->findings.size() == 1);
  CHECK(kept->name == "small");
  CHECK(kept->modules == 1);
  CHECK(shown(*kept) == shown(setup.check()));
}

TEST_CASE("any change makes it another project") {
  const Setup setup;
  setup.check_and_keep();
  SUBCASE("a source") { setup.put("a.endcap", "module a\n\nfunction twice(n: Int) -> Int = n * 2\n"); }
  SUBCASE("a source more") { setup.put("b.endcap", "module b\n"); }
  SUBCASE("another name of a source") { fs::rename(setup.project / "a.endcap", setup.project / "c.endcap"); }
  SUBCASE("a setting") {
    setup.put("endcap.toml", "[project]\nname = \"other\"\nsources = [\"*.endcap\"]\n");
  }
  SUBCASE("a lock, though an empty one") { setup.put("endcap.lock", ""); }
  CHECK_FALSE(setup.find().has_value());
}

TEST_CASE("a schema is part of what was checked") {
  const Setup setup;
  setup.put("endcap.toml",
            "[project]\nname = \"small\"\nsources = [\"*.endcap\"]\n"
            "[systems.erp]\nschema = \"erp.xml\"\nurl = \"http://127.0.0.1:1\"\n");
  setup.put("erp.xml", "<edmx:Edmx/>");
  setup.check_and_keep();
  CHECK(setup.find().has_value());
  setup.put("erp.xml", "<edmx:Edmx />");
  CHECK_FALSE(setup.find().has_value());
  setup.put("erp.xml", "<edmx:Edmx/>");
  CHECK(setup.find().has_value());
  fs::remove(setup.project / "erp.xml");
  CHECK_FALSE(setup.find().has_value());
}

TEST_CASE("the standard library is part of what was checked, and comes with the compiler") {
  const Setup setup;
  setup.put("a.endcap", "module a\n\nuse std.exceptions\n\nfunction twice(n: Int) -> Int = n * m\n");
  setup.check_and_keep();
  const auto kept = setup.find();
  REQUIRE(kept.has_value());
  CHECK(shown(*kept) == shown(setup.check()));
}

TEST_CASE("a sheet is part of what was checked") {
  const Setup setup;
  fs::create_directories(setup.project / "data");
  setup.put("data/fees.csv", "size,fee\n< 2,1\n>= 2,2\n");
  setup.put("a.endcap", "module a\n\ntable Fee(size: Int) -> Int from \"data/fees.csv\"\n");
  setup.check_and_keep();
  CHECK(setup.find().has_value());
  setup.put("data/fees.csv", "size,fee\n< 2,1\n> 2,2\n");
  CHECK_FALSE(setup.find().has_value());
  CHECK(shown(setup.check()).contains("EC0581"));
}

TEST_CASE("what changed during the check is not kept") {
  const Setup setup;
  const CheckCache before(setup.cache, setup.project);
  const CheckResult result = setup.check();
  setup.put("a.endcap", "module a\n");
  before.keep(result);
  CHECK_FALSE(fs::exists(setup.cache / "checks"));
}

TEST_CASE("a damaged entry is none") {
  const Setup setup;
  setup.check_and_keep();
  const fs::path entry = fs::directory_iterator(setup.cache / "checks")->path();
  SUBCASE("cut off") { fs::resize_file(entry, 20); }
  SUBCASE("empty") { fs::resize_file(entry, 0); }
  SUBCASE("something else") { std::ofstream(entry) << "[1, 2]"; }
  SUBCASE("a span that is out of its file") {
    std::ofstream(entry)
        << R"({"name": "", "modules": 1, "systems": 0, "files": ["a.endcap"], "findings": [{"code": "EC0201",)"
        << R"("at": [0, 3, 900], "arguments": ["m"], "labels": [], "notes": []}]})";
  }
  SUBCASE("a file that is not of the project") {
    std::ofstream(entry)
        << R"({"name": "", "modules": 1, "systems": 0, "files": ["z.endcap"], "findings": []})";
  }
  SUBCASE("a code of another release") {
    std::ofstream(entry)
        << R"({"name": "", "modules": 1, "systems": 0, "files": ["a.endcap"], "findings": [{"code": "EC9999",)"
        << R"("at": [0, 3, 4], "arguments": ["m"], "labels": [], "notes": []}]})";
  }
  CHECK_FALSE(setup.find().has_value());
}

TEST_CASE("a cache holds so many entries and lets the oldest go") {
  const Setup setup;
  for (int i = 0; i < 70; ++i) {
    setup.put("a.endcap", "module a\n\nfunction f(n: Int) -> Int = n + " + std::to_string(i) + "\n");
    setup.check_and_keep();
  }
  CHECK(setup.entries() == 64);
  CHECK(setup.find().has_value());
}

TEST_CASE("without a folder, or where nothing can be written, every check is anew") {
  const Setup setup;
  const CheckCache nowhere(std::nullopt, setup.project);
  nowhere.keep(setup.check());
  CHECK_FALSE(nowhere.find().has_value());
  std::ofstream(setup.cache) << "a file where the folder would be";
  setup.check_and_keep();
  CHECK_FALSE(setup.find().has_value());
}

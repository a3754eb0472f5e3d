// A shipped workflow with a piece missing is answered with findings: never with silence, never with a crash.
// All of the front end runs on it, names and types included.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"

using namespace endcap;
namespace fs = std::filesystem;

namespace {

// Sanitizers make each check ten times as dear and see as much in a sample.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kStride = 29;
#else
constexpr size_t kStride = 1;
#endif

// The shipped project, in which one file at a time is damaged.
struct Shipped {
  SourceMap sources;
  Diagnostics own;
  Project project = load_project(fs::path(ENDCAP_SOURCE_DIR) / "workflows", sources, own);

  Shipped() {
    for (const SourceId source : project.sources) {
      const ast::Module module = parse(sources, source, own);
      REQUIRE(module.name.has_value());
      source_of_[module.name->text()] = source;
    }
    REQUIRE(project.sources.size() >= 2);
    // One file is looked at with what it uses, and not with those who hear its events.
    project.library = project.sources;
    REQUIRE(own.all().empty());
  }

  const std::string& path(size_t index) const { return sources.file(project.sources[index]).path; }
  const std::string& text(size_t index) const { return sources.file(project.sources[index]).text; }

  // Tests are long and alike: fewer of their places show as much.
  bool is_tests(size_t index) const { return path(index).starts_with("tests/"); }
  size_t stride(size_t index, size_t ordinary) const { return kStride * (is_tests(index) ? 97 : ordinary); }

  // File `index` last, and all that it uses: a check costs what the module does and not what the project
  // does.
  std::vector<ast::Module> around(size_t index) {
    std::vector<ast::Module> modules;
    std::set<std::string> seen;
    add(project.sources[index], modules, seen);
    const auto subject = static_cast<ptrdiff_t>(modules.size()) - 1;
    add_standard_modules(modules, sources, own);
    std::rotate(modules.begin() + subject, modules.begin() + subject + 1, modules.end());
    return modules;
  }

  // Findings when the last of `modules` says `text` instead.
  size_t findings(std::vector<ast::Module>& modules, std::string text) {
    Diagnostics diagnostics;
    const SourceId source = sources.add("damaged.endcap", std::move(text));
    ast::Module whole = std::exchange(modules.back(), parse(sources, source, diagnostics));
    check(project, modules, sources, diagnostics);
    modules.back() = std::move(whole);
    for (const Diagnostic& each : diagnostics.all()) {
      REQUIRE(each.span.begin <= each.span.end);
      if (each.span.valid()) REQUIRE(each.span.end <= sources.file(each.span.source).text.size());
    }
    return diagnostics.all().size();
  }

 private:
  void add(SourceId source, std::vector<ast::Module>& modules, std::set<std::string>& seen) {
    ast::Module module = parse(sources, source, own);
    for (const ast::Decl& declaration : module.declarations) {
      const auto* use = std::get_if<ast::UseDecl>(&declaration.node);
      if (!use || use->what != ast::UseDecl::What::Module || !seen.insert(use->name.text()).second) continue;
      const auto own_module = source_of_.find(use->name.text());  // others are of the standard library
      if (own_module != source_of_.end()) add(own_module->second, modules, seen);
    }
    modules.push_back(std::move(module));
  }

  std::map<std::string, SourceId> source_of_;
};

// Words, numbers, texts and punctuation, as the lexer sees them; comments and blanks are no tokens.
std::vector<std::pair<size_t, size_t>> tokens_of(const std::string& text) {
  const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  std::vector<std::pair<size_t, size_t>> tokens;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text.compare(i, 3, "-- ") == 0) {
      i = text.find('\n', i);
      continue;
    }
    if (in_word(text[i])) {
      while (end < text.size() && in_word(text[end])) ++end;
    } else if (text[i] == '"') {
      end = text.find('"', i + 1) + 1;
    }
    if (std::isspace(static_cast<unsigned char>(text[i])) == 0) tokens.emplace_back(i, end);
    i = end;
  }
  return tokens;
}

}  // namespace

TEST_CASE("a shipped workflow that ends too early is found out") {
  Shipped shipped;
  size_t quiet = 0, tried = 0;
  for (size_t file = 0; file < shipped.project.sources.size(); ++file) {
    const std::string text = shipped.text(file);
    auto modules = shipped.around(file);
    REQUIRE_MESSAGE(shipped.findings(modules, text) == 0, shipped.path(file));
    for (size_t length = 0; length < text.size(); length += shipped.stride(file, 7), ++tried) {
      // What is left may be a whole module that nobody misses anything of: the cut fell between declarations,
      // or into a comment.
      if (shipped.findings(modules, text.substr(0, length)) == 0) ++quiet;
    }
  }
  INFO(fmt::format("{} of {} cuts left a module that is right", quiet, tried));
  CHECK(quiet * 10 < tried);
}

TEST_CASE(
    "a shipped workflow with any one token missing is found out, unless it says something else that is "
    "right") {
  Shipped shipped;
  // A file is too small a sample when most of its tokens are skipped: what counts is all workflows and all
  // tests.
  struct {
    size_t quiet = 0, tried = 0;
  } workflows, tests;
  for (size_t file = 0; file < shipped.project.sources.size(); ++file) {
    const std::string text = shipped.text(file);
    const auto tokens = tokens_of(text);
    auto modules = shipped.around(file);
    auto& count = shipped.is_tests(file) ? tests : workflows;
    for (size_t i = 0; i < tokens.size(); i += shipped.stride(file, 2), ++count.tried) {
      const auto [begin, end] = tokens[i];
      if (shipped.findings(modules, text.substr(0, begin) + text.substr(end)) == 0) ++count.quiet;
    }
  }
  INFO(fmt::format("can be left out: {} of {} tokens in workflows, {} of {} in tests", workflows.quiet,
                   workflows.tried, tests.quiet, tests.tried));
  // A view may be less exact without `required`, a test without `once`.
  CHECK(workflows.quiet * 10 < workflows.tried);
  CHECK(tests.quiet * 5 < tests.tried);
}

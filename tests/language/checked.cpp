// Checking of modules and projects in tests: see checked.h.
#include "tests/language/checked.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

#include "compiler/diag/render.h"
#include "compiler/ir/lower.h"
#include "compiler/schema/file.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"

namespace endcap::language {

namespace fs = std::filesystem;

namespace {

// The comment that announces, in the language of a file.
struct Marks {
  std::string begin, end;
};
Marks marks_of(const std::string& path) {
  if (path.ends_with(".endcap")) return {"--! ", ""};
  if (path.ends_with(".xml") || path.ends_with(".edmx")) return {"<!--! ", " -->"};
  return {"#! ", ""};
}

// All passes, and lowering where there are no errors: some limits only show there.
void check_all(Project& project, SourceMap& sources, Diagnostics& diagnostics) {
  std::vector<ast::Module> modules;
  for (const SourceId source : project.sources) modules.push_back(parse(sources, source, diagnostics));
  if (modules.empty()) return;
  add_standard_modules(modules, sources, diagnostics);
  sema::Program program = check(project, modules, sources, diagnostics);
  if (!diagnostics.has_errors()) ir::check_limits(ir::lower(std::move(program), sources), diagnostics);
}

Finding finding_of(const Diagnostic& diagnostic, const SourceMap& sources) {
  Finding finding{.code = std::string(info(diagnostic.kind).code)};
  if (!diagnostic.span.valid()) return finding;
  finding.path = sources.file(diagnostic.span.source).path;
  finding.line = sources.line_column(diagnostic.span.source, diagnostic.span.begin).line;
  finding.text = sources.text(diagnostic.span);
  finding.text = finding.text.substr(0, finding.text.find('\n'));
  while (finding.text.ends_with(' ')) finding.text.pop_back();
  return finding;
}

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "endcap-language-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

void put_hashes(Files& files) {
  const auto lock = files.find("endcap.lock");
  if (lock == files.end()) return;
  for (const auto& [path, text] : files) {
    const std::string mark = "<hash of " + path + ">";
    for (size_t at; (at = lock->second.find(mark)) != std::string::npos;)
      lock->second.replace(at, mark.size(), sha256_hex(text));
  }
}

}  // namespace

std::string show(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += fmt::format("  {}:{}: {} `{}`\n", finding.path, finding.line, finding.code, finding.text);
  return text.empty() ? "  nothing\n" : text;
}

Checked check_module(const std::string& name, const std::string& text) {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(kRoot / "tests/language/project", sources, diagnostics);
  const SourceId subject = sources.add(name, text);
  project.sources.push_back(subject);
  check_all(project, sources, diagnostics);
  Checked result;
  for (const Diagnostic& diagnostic : diagnostics.sorted(sources)) {
    const bool here = diagnostic.span.source == subject;
    if (here && diagnostic.fix) result.fixes.push_back(*diagnostic.fix);
    if (here || info(diagnostic.kind).severity == Severity::Error)
      result.findings.push_back(finding_of(diagnostic, sources));
  }
  std::ranges::sort(result.findings);
  result.rendered = render(diagnostics.sorted(sources), sources, {.format = Format::Short});
  return result;
}

Checked check_project_of(Files files) {
  const Folder folder;
  put_hashes(files);
  for (const auto& [path, text] : files) {
    fs::create_directories((folder.path / path).parent_path());
    std::ofstream(folder.path / path, std::ios::binary) << text;
  }
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(folder.path, sources, diagnostics);
  check_all(project, sources, diagnostics);
  Checked result;
  for (const Diagnostic& diagnostic : diagnostics.all())
    result.findings.push_back(finding_of(diagnostic, sources));
  std::ranges::sort(result.findings);
  result.rendered = render(diagnostics.sorted(sources), sources, {.format = Format::Short});
  return result;
}

std::vector<Finding> announced(const std::string& path, const std::string& text) {
  const auto [begin_mark, end_mark] = marks_of(path);
  std::vector<Finding> findings;
  uint32_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view rest = std::string_view(text).substr(begin, end - begin);
    for (size_t at; (at = rest.find(begin_mark)) != std::string_view::npos;) {
      rest.remove_prefix(at + begin_mark.size());
      std::string_view one = rest.substr(0, rest.find(end_mark.empty() ? " " + begin_mark : end_mark));
      const size_t space = one.find(' ');
      findings.push_back({path, line, std::string(one.substr(0, space)),
                          space == std::string_view::npos ? "" : std::string(one.substr(space + 1))});
    }
    begin = end + 1;
  }
  std::ranges::sort(findings);
  return findings;
}

// Columns before what is cut off stay, and lines.
std::string without_announcements(const std::string& path, std::string text) {
  const std::string mark = marks_of(path).begin;
  for (size_t at; (at = text.find(mark)) != std::string::npos;) text.erase(at, text.find('\n', at) - at);
  return text;
}

std::string counted_on(const std::string& text) {
  static const std::regex kAndSoOn(
      "(.*?) *(?:--|#|<!--) and so on, (.*?)([0-9]+) to (.*?)([0-9]+)(.*?)(?: -->)?");
  if (text.find(" and so on, ") == std::string::npos) return text;
  std::string result;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    std::smatch match;
    if (line.find(" and so on, ") == std::string::npos || !std::regex_match(line, match, kAndSoOn)) {
      result += line + '\n';
      continue;
    }
    const std::string words = match[1], before = match[2], named = before + match[3].str() + match[6].str();
    const int first = std::stoi(match[3]), last = std::stoi(match[5]);
    REQUIRE_MESSAGE(words.find(named) != std::string::npos, line);
    for (int number = first;; number += first < last ? 1 : -1) {
      std::string one = words;
      for (size_t at = 0; (at = one.find(named, at)) != std::string::npos;) {
        const std::string by = before + std::to_string(number) + match[6].str();
        one.replace(at, named.size(), by);
        at += by.size();
      }
      result += one + '\n';
      if (number == last) break;
    }
  }
  return result;
}

std::string read_text(const fs::path& path) {
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

}  // namespace endcap::language

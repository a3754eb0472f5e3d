// Parsing and checking many modules.
#include "tests/bench/front_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <stdexcept>

#include "compiler/diag/render.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"

namespace endcap::bench {
namespace {

// The modules under other names: "retail.estate" becomes "copy7.estate", in `module` and `use`. Sources are
// 7-bit here.
std::string renamed(const std::string& text, uint32_t copy) {
  static const std::regex kModule(R"(\bretail\.)");
  return std::regex_replace(text, kModule, fmt::format("copy{}.", copy));
}

void require_clean(const Diagnostics& diagnostics, const SourceMap& sources) {
  if (diagnostics.has_errors())
    throw std::runtime_error(render(diagnostics.sorted(sources), sources, {.format = Format::Short}));
}

}  // namespace

std::vector<Figure> bench_front_end(const std::filesystem::path& folder, uint32_t copies) {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(folder, sources, diagnostics);
  require_clean(diagnostics, sources);

  std::vector<SourceId> copied;
  size_t lines = 0;
  for (uint32_t copy = 0; copy < copies; ++copy) {
    for (const SourceId id : project.sources) {
      std::string text = renamed(sources.file(id).text, copy);
      lines += static_cast<size_t>(std::ranges::count(text, '\n'));
      copied.push_back(sources.add(fmt::format("copy{}/{}", copy, sources.file(id).path), std::move(text)));
    }
  }
  project.sources = copied;

  const double begin = seconds_now();
  std::vector<ast::Module> modules;
  for (const SourceId id : project.sources) modules.push_back(parse(sources, id, diagnostics));
  add_standard_modules(modules, sources, diagnostics);
  const double parsed = seconds_now();
  check(project, modules, sources, diagnostics);
  const double checked = seconds_now();
  require_clean(diagnostics, sources);

  const double count = static_cast<double>(lines);
  const std::string what = fmt::format("{} lines in {} modules", lines, copied.size());
  return {{"parse", count / (parsed - begin), "lines/s", {}, what},
          {"check", count / (checked - parsed), "lines/s", {}, what}};
}

}  // namespace endcap::bench

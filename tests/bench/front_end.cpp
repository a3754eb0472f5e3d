// Parsing and checking many modules.
#include "tests/bench/front_end.h"

#include <fmt/format.h>

#include <stdexcept>

#include "compiler/diag/render.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"
#include "tests/bench/copied_project.h"

namespace endcap::bench {
namespace {

void require_clean(const Diagnostics& diagnostics, const SourceMap& sources) {
  if (diagnostics.has_errors())
    throw std::runtime_error(render(diagnostics.sorted(sources), sources, {.format = Format::Short}));
}

}  // namespace

std::vector<Figure> bench_front_end(const std::filesystem::path& workflows,
                                    const std::filesystem::path& folder, size_t files) {
  const CopiedProject made = copy_project(workflows, folder, files);
  SourceMap sources;
  Diagnostics diagnostics;
  const Project project = load_project(folder, sources, diagnostics);
  require_clean(diagnostics, sources);

  const double begin = seconds_now();
  std::vector<ast::Module> modules;
  for (const SourceId id : project.sources) modules.push_back(parse(sources, id, diagnostics));
  add_standard_modules(modules, sources, diagnostics);
  const double parsed = seconds_now();
  check(project, modules, sources, diagnostics);
  const double checked = seconds_now();
  std::filesystem::remove_all(folder);
  require_clean(diagnostics, sources);

  const double count = static_cast<double>(made.lines);
  const std::string what = fmt::format("{} lines in {} files", made.lines, made.files);
  return {{"parse", count / (parsed - begin), "lines/s", {}, what},
          {"check", count / (checked - parsed), "lines/s", {}, what}};
}

}  // namespace endcap::bench

// Read, parse, check, lower, compile.
#include "tools/common/compile_project.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "compiler/ir/lower.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"

namespace endcap {

CheckedProject check_project(const std::filesystem::path& folder, const Overlay& overlay) {
  CheckedProject result;
  result.project = load_project(folder, result.sources, result.diagnostics, overlay);
  for (SourceId source : result.project.sources) {
    result.modules.push_back(parse(result.sources, source, result.diagnostics));
  }
  if (!result.modules.empty()) {
    add_standard_modules(result.modules, result.sources, result.diagnostics);
    result.program = check(result.project, result.modules, result.sources, result.diagnostics);
  }
  return result;
}

std::expected<ir::Program, std::string> lower_project(CheckedProject& project) {
  ir::Program lowered = ir::lower(std::move(project.program), project.sources);
  ir::check_limits(lowered, project.diagnostics);
  if (!project.ok())
    return std::unexpected(fmt::format("The project has errors: {}.", summary(project.diagnostics.all())));
  // Interpreter and native code trust what has been verified: nothing else may reach them.
  if (const auto findings = ir::verify(lowered); !findings.empty()) {
    return std::unexpected(fmt::format(
        "This is a defect of the compiler, please report it with the workflow: {}{}.", findings[0],
        findings.size() == 1 ? "" : fmt::format(" (and {} more)", findings.size() - 1)));
  }
  return lowered;
}

std::expected<std::shared_ptr<abi::Program>, std::string> compile_project(
    CheckedProject& project, const std::optional<std::filesystem::path>& cache,
    codegen::Statistics* statistics) {
  codegen::Options options;
  options.cache = cache;
  options.functions = false;
  auto lowered = lower_project(project);
  if (!lowered) return std::unexpected(lowered.error());
  return codegen::compile(std::move(*lowered), options, statistics);
}

std::optional<std::filesystem::path> default_cache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/')
    return std::filesystem::path(cache) / "endcap";
  if (const char* home = std::getenv("HOME"); home && *home == '/')
    return std::filesystem::path(home) / ".cache/endcap";
  return std::nullopt;
}

std::string summary(const std::vector<Diagnostic>& diagnostics) {
  size_t errors = 0, warnings = 0;
  for (auto& one : diagnostics) {
    errors += info(one.kind).severity == Severity::Error;
    warnings += info(one.kind).severity == Severity::Warning;
  }
  auto count = [](size_t number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
  };
  if (errors && warnings) return count(errors, "error") + ", " + count(warnings, "warning");
  if (errors) return count(errors, "error");
  if (warnings) return count(warnings, "warning");
  return "clean";
}

bool wants_colour(int file_descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  return (!refused || !*refused) && isatty(file_descriptor);
}

}  // namespace endcap

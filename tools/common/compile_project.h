// A project from its folder to a program that runs: read, parse, check, lower, compile. Used by check, run
// and serve, so that what is checked is what runs.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/codegen/jit.h"
#include "compiler/diag/render.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"

namespace endcap {

struct CheckedProject {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project;
  std::vector<ast::Module> modules;
  sema::Program program;  // complete only without errors
  bool ok() const { return !diagnostics.has_errors(); }
};

// Reads and checks; everything that is wrong is in the diagnostics.
CheckedProject check_project(const std::filesystem::path& folder, const Overlay& overlay = {});

// Flow IR of a project that is ok(), verified. Uses up its `program`. What only shows here is told as a
// diagnostic of the project, which is not ok() then; any other error is a defect of the compiler, in one
// sentence.
std::expected<ir::Program, std::string> lower_project(CheckedProject& project);

// Native code of a project that is ok(). Uses up its `program`, and fails as lower_project does. Compiled
// objects are kept in `cache` and found again by content. The error is one sentence.
std::expected<std::shared_ptr<abi::Program>, std::string> compile_project(
    CheckedProject& project, const std::optional<std::filesystem::path>& cache,
    codegen::Statistics* statistics = nullptr);

// Where compiled objects are kept when there is no data folder: $XDG_CACHE_HOME/endcap, or ~/.cache/endcap;
// none without a home.
std::optional<std::filesystem::path> default_cache();

// "2 errors, 1 warning"; "clean".
std::string summary(const std::vector<Diagnostic>& diagnostics);

// Colour belongs on a terminal, and not when NO_COLOR is set (no-color.org).
bool wants_colour(int file_descriptor);

}  // namespace endcap

// All tests of a project, side by side: each has an engine, systems and a clock of its own.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "tools/common/compile_project.h"
#include "tools/testing/coverage.h"
#include "tools/testing/result.h"

namespace endcap::testing {

struct RunOptions {
  std::string filter;  // only tests with this in their name or module
  unsigned jobs = 1;
};

struct Report {
  std::vector<Result> results;  // in the order of the sources
  Coverage coverage;            // of all that ran
  size_t left_out = 0;          // by the filter
  size_t failed() const;
};

// Of a project that is ok(). Uses up its `program`, and fails as lower_project does.
std::expected<Report, std::string> run_tests(CheckedProject& project, const RunOptions& options);

}  // namespace endcap::testing

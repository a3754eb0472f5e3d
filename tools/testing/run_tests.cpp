// All tests, side by side: see run_tests.h.
#include "tools/testing/run_tests.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "runtime/value/time.h"
#include "tools/testing/options.h"
#include "tools/testing/story.h"

namespace endcap::testing {
namespace {

bool is_meant(const sema::Test& test, const std::string& filter) {
  return test.name.find(filter) != std::string::npos || test.module.find(filter) != std::string::npos;
}

}  // namespace

size_t Report::failed() const {
  return static_cast<size_t>(
      std::ranges::count_if(results, [](const Result& each) { return !each.passed(); }));
}

std::expected<Report, std::string> run_tests(CheckedProject& project, const RunOptions& options) {
  const std::vector<sema::Test> tests = std::move(project.program.tests);
  auto lowered = lower_project(project);
  if (!lowered) return std::unexpected(lowered.error());
  const std::vector<ir::Mark> marks = lowered->marks;
  const auto reached = std::make_shared<ir::Reached>(marks.size());
  const std::shared_ptr<const abi::Program> program = ir::interpret(std::move(*lowered), reached);
  const EngineOptions engine = options_of(project.project);

  std::vector<const sema::Test*> meant;
  for (const sema::Test& test : tests) {
    if (is_meant(test, options.filter)) meant.push_back(&test);
  }
  Report report;
  report.left_out = tests.size() - meant.size();
  report.results.resize(meant.size());
  is_zone("UTC");  // the zones are loaded once, before there are threads
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < meant.size(); i = next++) {
      const auto began = std::chrono::steady_clock::now();
      report.results[i] = Story(program, *meant[i], project.sources, engine).run();
      report.results[i].seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    }
  };
  std::vector<std::jthread> threads;
  const size_t jobs = std::clamp<size_t>(options.jobs, 1, std::max<size_t>(meant.size(), 1));
  for (size_t i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  report.coverage = coverage_of(marks, *reached);
  std::set<std::string> started, carried;
  for (const Result& result : report.results) started.insert(result.schedule);
  add_schedules(report.coverage, project, started);
  for (const Result& result : report.results) carried.insert(result.carriers.begin(), result.carriers.end());
  add_carriers(report.coverage, project, carried);
  std::set<std::string> called;
  for (const Result& result : report.results) called.insert(result.called.begin(), result.called.end());
  add_operations(report.coverage, project, called);
  return report;
}

}  // namespace endcap::testing

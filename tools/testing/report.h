// The results of tests as people and machines read them.
#pragma once

#include <string>
#include <vector>

#include "compiler/diag/report.h"
#include "tools/testing/run_tests.h"

namespace endcap::testing {

std::string human_report(const Report& report,
                         bool missed);  // `missed`: what no test has been to, line by line
// `findings`: of a project that has errors, a JSON array; no test was run then.
std::string json_report(const Report& report, const std::string& findings = "");

// Paths start in `folder`: a build server matches them with files of the repository.
std::string junit_report(const Report& report, const std::string& folder);  // a module is a suite

// Each expectation that failed at its line; with `missed`, what no test has been to as well.
std::vector<ReportFinding> report_findings(const Report& report, const std::string& folder, bool missed);

}  // namespace endcap::testing

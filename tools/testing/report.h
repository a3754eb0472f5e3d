// The results of tests as people and machines read them.
#pragma once

#include <string>

#include "tools/testing/run_tests.h"

namespace endcap::testing {

std::string human_report(const Report& report,
                         bool missed);  // `missed`: what no test has been to, line by line
std::string json_report(const Report& report);
std::string junit_report(const Report& report);  // as Jenkins, GitLab and GitHub read it

}  // namespace endcap::testing

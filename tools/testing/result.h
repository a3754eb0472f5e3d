// What became of a test.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace endcap::testing {

struct Failure {
  uint32_t line = 0;     // in the test's file; 0: the test itself
  std::string wanted;    // the author's own words: `expect write Price.activate for every Store once`
  std::string happened;  // what happened instead, one sentence
};

struct Result {
  std::string name, module, source_path;
  uint32_t line = 0;
  std::vector<Failure> failures;
  std::vector<std::string> timeline;  // the test's steps and what followed each, in the test's zone
  std::string zone;
  std::string schedule;          // that started something: its full name; empty: none
  std::set<std::string> carriers;  // routes and syncs that ran: their full names
  std::set<std::string> called;  // operations of interfaces that were taken: "Offers/2/optIn"
  double seconds = 0;
  bool passed() const { return failures.empty(); }
};

}  // namespace endcap::testing

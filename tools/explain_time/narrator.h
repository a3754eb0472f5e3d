// Entries of an instance's history as lines of a timeline.
#pragma once

#include <map>
#include <nlohmann/json.hpp>

#include "runtime/abi/program.h"
#include "tools/explain_time/explanation.h"
#include "tools/explain_time/words.h"
#include "tools/testing/estate.h"
#include "tools/testing/timeline.h"

namespace endcap::explain {

using Json = nlohmann::ordered_json;
using testing::member;

class Narrator {
 public:
  Narrator(const abi::Program& program, const WorkflowWords& words, const testing::Estate& estate,
           std::string zone)
      : program_(program), words_(words), estate_(estate), zone_(std::move(zone)) {}

  // Adds what the entry tells: a line of its own, or one more element of a line of the same moment. What
  // nobody plans by (reads that went well, elements that were begun) is left out.
  void tell(const Json& entry);
  void add(Line line);
  std::vector<Line> take() { return std::move(lines_); }
  size_t size() const { return lines_.size(); }

 private:
  Line line_of(const Json& entry);
  void asked(const Json& entry, Line& line);
  void clock(const Json& entry, Line& line);
  void dues(const Json& entry, Line& line);
  void waits(const Json& entry, Line& line);
  void called(const Json& entry, Line& line);
  void decided(const Json& entry, Line& line);
  void ended(const Json& entry, Line& line);
  const Json* question_of(const Json& entry) const;  // what was asked, to which the entry belongs
  Rule rule_of(const Json& limit, const std::string& words, Instant from) const;
  const WaitWords& words_at(const Json& entry) const;

  const abi::Program& program_;
  const WorkflowWords& words_;
  const testing::Estate& estate_;
  const std::string zone_;
  std::map<uint64_t, Json> tasks_;       // what was asked, by task
  std::map<std::string, Json> waiting_;  // what a wait with a deadline began with, by instance and path
  std::map<std::string, std::string> moved_by_;  // event, by instance and path
  std::vector<Line> lines_;
};

}  // namespace endcap::explain

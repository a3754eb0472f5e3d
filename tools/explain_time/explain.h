// Plays a workflow in memory, on the real engine and a clock of its own, and tells what falls when.
#pragma once

#include <expected>

#include "tools/common/compile_project.h"
#include "tools/explain_time/explanation.h"

namespace endcap::explain {

struct Question {
  uint32_t workflow = 0;               // index among the program's workflows
  std::string start;                   // "2026-11-20 09:00"; empty: as in the test, else `now`
  std::string zone;                    // empty: the test's, else the calendar's, else UTC
  std::string like;                    // part of the name of the test whose data is used
  std::vector<std::string> given;      // statements.h; where nothing is given, nobody answers
  std::vector<std::string> arguments;  // data.h
  Instant now = 0;
};

struct Refused {
  std::string why;    // one sentence
  bool usage = true;  // the question can't be understood, or: the answer could not be found
};

// Of a project that is ok(). Uses up its `program`.
std::expected<Explanation, Refused> explain_time(CheckedProject& project, const Question& question);

}  // namespace endcap::explain

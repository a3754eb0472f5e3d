// What somebody's say in a task is: for which of its roles, and in whose place, or why they have none.
#pragma once

#include <expected>
#include <string>

#include "runtime/engine/people.h"

namespace endcap {

std::string away_text(const Absence& absence);

// How somebody decides an approval: for which of its roles, in whose place, and whether all have decided
// then.
struct Say {
  uint32_t role;
  std::string whose;
  bool complete = false;
};
// A rejection needs no role that is still open: one of the roles will do.
std::expected<Say, Refusal> say_of(const People& people, const abi::Program& program, const rows::Task& task,
                                   const std::string& person, bool approved, Instant now);

// By which role somebody may do a task that is no approval.
std::expected<People::Held, Refusal> work_of(const People& people, const rows::Task& task,
                                             const std::string& person, Instant now);

// Whether `to` may decide for the role, or do the task by it, when it is theirs alone. Nothing is refused
// that an assignment of the other roles could still be found for.
std::expected<void, Refusal> can_be_given(const People& people, const abi::Program& program,
                                          const rows::Task& task, uint32_t role, const std::string& to,
                                          Instant now);

}  // namespace endcap

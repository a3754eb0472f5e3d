// One telling of a random program's story, by people who are always there: what came of it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "compiler/sema/typed.h"
#include "tools/testing/world.h"

namespace endcap::fuzz {

using testing::Json;

struct Told {
  std::multiset<std::string> effects;     // writes and what systems were told, with everything that was sent
  std::multiset<std::string> taken_back;  // undos
  std::multiset<std::string> said;       // what people said to what they were asked: place, digest and answer
  bool refused = false;                  // somebody said no, to a whole or to a line
  std::map<std::string, Int128> beyond;  // by store: units of `Move.small` without what people granted
  std::map<std::string, uint64_t> happened;  // of the first telling: entries of its histories, by kind
  std::string status;
};

// People say the same to the same, whenever they are asked. In the first telling (`known` absent) that is
// yes, or another number where an approval asks for one; later they say what was said in the first, and no to
// everything else. Nobody does a task whose name says that it is slow, and nobody heeds an exception whose
// name says so.
//
// They take no time: how long people take is theirs, and would tell two stories apart that differ in nothing
// else.
class Telling {
 public:
  Telling(std::shared_ptr<const abi::Program> program, const EngineOptions& options,
          const std::multiset<std::string>* known);

  Told tell(const sema::Test& test, const std::string& workflow);

 private:
  void act(const sema::TestAction& action, const std::string& workflow);
  void pass_until(Instant time);
  void settle();
  bool answer_one();
  void answer(const Json& task);
  bool is_left_alone(const Json& task) const;
  DecisionRequest::What decision(const Json& task);
  bool was_said(const std::string& what);
  std::string excepted(const Json& task);
  void note(const testing::Effect& effect);
  void note_histories();

  std::shared_ptr<const abi::Program> program_;
  testing::Estate estate_;
  testing::World world_;
  const EngineOptions& options_;
  const std::multiset<std::string>* known_;
  std::multiset<std::string> left_;  // of what is known: not said yet
  uint64_t instance_ = 0;
  Told told_;
};

}  // namespace endcap::fuzz

// One run: from timer to timer, and what is given in between, until nothing more can happen.
#pragma once

#include <set>

#include "tools/explain_time/data.h"
#include "tools/explain_time/narrator.h"
#include "tools/explain_time/statements.h"
#include "tools/testing/world.h"

namespace endcap::explain {

class Run {
 public:
  Run(std::shared_ptr<const abi::Program> program, const abi::Workflow& workflow, const WorkflowWords& words,
      const EngineOptions& options, testing::Estate& estate, const Data& data, Explanation told,
      std::vector<Statement> statements);

  // The error is one sentence.
  std::expected<Explanation, std::string> play();

 private:
  using Went = std::expected<void, std::string>;
  struct Said {  // a sentence, and when it comes true
    Statement statement;
    std::optional<Instant> at;  // people: known once they are asked
    std::set<uint64_t> tasks;   // what they were asked by then
    bool done = false;
  };
  // What people were asked.
  struct Question {
    uint64_t task = 0;
    bool approval = false;
    std::string place, label;
    std::vector<std::string> words;  // the element, and texts of the arguments
    std::set<uint32_t> roles;        // who may answer
    Instant asked = 0;
  };

  Went prepare();
  Went look();  // at what has happened since
  Went bind(const Question& question);
  std::optional<Question> question_of(const Json& entry) const;
  bool is_meant(const PersonAnswers& answers, const Question& question) const;
  Went come_true(Said& said);
  Went come_true(const PersonAnswers& answers, Said& said);
  Went come_true(const EventComes& comes, Said& said);
  std::string person_for(const PersonAnswers& answers, const Json& task) const;
  // fill_in.cpp: what the person answers to the form of a task, JSON; what nobody said is made up and told
  // so.
  std::expected<std::string, std::string> fill_in(const PersonAnswers& answers, const std::string& said,
                                                  const Json& task);
  const abi::WaitPoint* point_of(const Json& task) const;
  std::string local(std::string text) const;
  Went told(const Said& said, const std::expected<Instant, std::string>& at, Instant& into) const;
  std::optional<uint32_t> role(const std::string& name) const;
  bool ended();

  std::shared_ptr<const abi::Program> program_;
  const abi::Workflow& workflow_;
  const EngineOptions options_;
  testing::Estate& estate_;
  const Data& data_;
  const Calendar* calendar_ = nullptr;
  testing::World world_;
  Explanation told_;
  std::vector<Said> said_;
  std::map<uint64_t, std::string> places_;  // of what was asked, by task
  Narrator narrator_;
  uint64_t instance_ = 0, next_ = 0;
};

}  // namespace endcap::explain

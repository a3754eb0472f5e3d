// Runs one test: what is given, what happens, what is expected, in the author's order.
#pragma once

#include <optional>
#include <string>

#include "compiler/base/source.h"
#include "compiler/sema/typed.h"
#include "tools/testing/observed.h"
#include "tools/testing/result.h"

namespace endcap::testing {

class Story {
 public:
  Story(std::shared_ptr<const abi::Program> program, const sema::Test& test, const SourceMap& sources,
        const EngineOptions& options);
  Result run();

 private:
  using Went = std::expected<void, std::string>;  // or why it could not be done, one sentence

  // story.cpp: one function a form
  Went act(const sema::GivenEntity& given) { return estate_.give(given); }
  Went act(const sema::GivenAnswer& answer) { return estate_.advise(answer), Went(); }
  Went act(const sema::EntityChange& change) { return estate_.change(change); }
  Went act(const sema::TestStart& start);
  Went act(const sema::TestSchedule& start);
  Went act(const sema::TestCarrier& start);
  void follow_scheduled();
  Went act(const sema::TestTime& time);
  Went act(const sema::SentEvent& sent);
  Went act(const sema::PartnerCalls& call);
  std::string partner_for(const abi::Interface& interface, const abi::Interface::Operation& operation,
                          const Json& arguments) const;
  Went act(const sema::PersonDecides& decision);
  Went act(const sema::SystemFails& fault) { return estate_.fail(fault), Went(); }
  Went act(const sema::Expectation& expectation);
  Went settle(Instant until);
  std::expected<std::vector<Json>, std::string> tasks_meant(const sema::PersonDecides& decision) const;
  std::string person_for(const sema::PersonDecides& decision, const Json& task) const;

  // expectations.cpp
  Went expect_occurrences(const sema::Expectation& expectation) const;
  std::vector<Occurrence> occurrences(const sema::Expectation& expectation) const;
  bool has_values(const sema::Expectation& expectation, const Json& values) const;
  Went expect_state(const sema::Expectation& expectation) const;
  Went expect_place(const sema::Expectation& expectation, const Json& shown) const;

  uint32_t line(Span span) const { return sources_.line_column(span.source, span.begin).line; }
  std::string words(Span span) const;  // the author's, on one line
  void note_step(const sema::TestAction& action);
  void note_events();
  std::string role_name(uint32_t role) const { return program_->roles.at(role); }

  std::shared_ptr<const abi::Program> program_;
  const sema::Test& test_;
  const SourceMap& sources_;
  EngineOptions options_;
  Estate estate_;
  World world_;
  Observed observed_;
  const abi::Schedule* schedule_ = nullptr;  // that the test is about
  size_t told_ = 0;                          // entries that are in the timeline
  Result result_;
};

}  // namespace endcap::testing

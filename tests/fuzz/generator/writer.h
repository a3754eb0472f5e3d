// The writer of random workflows: one class, whose rooms are the files of this folder. What it draws it draws
// in the order of the text, so that the same seed gives the same text whatever compiled this.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/random_workflow.h"

namespace endcap::fuzz {

// An expression, and whether a forecast is part of it as far as the writer can see.
struct Expr {
  std::string text;
  bool advice = false;
};

// Plans: a list of plans. Advised: a list that an advisor gave. Levels: a map of quantities by store.
enum class Kind : uint8_t { Units, Amount, Flag, Count, Stock, Stores, Plans, Advised, Levels };

struct Named {
  std::string name;
  Kind kind;
  bool advice = false;
  bool twice = false;  // two elements may be of one store
};

// Where a statement stands.
struct Place {
  std::string indent;
  bool loop = false;          // `skip` means something
  bool advice = false;        // a forecast decides whether control comes here
  std::string store_id = "";  // of the store of the loop around it
  std::string region = "";    // of that store, where it is known
  std::string handed = "";    // what the rounds hand on in which it stands
  bool alone = false;         // an element that may fail alone: nothing runs beside it
  bool top = false;           // what always comes, unless the workflow has ended
  bool part = false;          // a workflow that is run and finishes in one way
  bool beside = false;        // what runs beside the workflow
  bool sweep = false;         // a combination: its store comes again
};

class Writer {
 public:
  Writer(uint64_t seed, const RandomWorkflowOptions& options);

  std::string module(const std::string& name);

 private:
  uint64_t below(uint64_t limit) { return random_() % limit; }
  bool chance(uint64_t percent) { return below(100) < percent; }
  std::string fresh(const char* stem) { return stem + std::to_string(++number_); }

  // expressions.cpp; `advice`: may a forecast be in it
  using Draw = Expr (Writer::*)(bool, int);
  std::vector<const Named*> all(Kind kind, bool advice) const;
  Expr name_or(Kind kind, bool advice, Expr otherwise);
  Expr both(const char* form, Draw draw, bool advice, int depth);
  Expr chosen(Draw draw, bool advice, int depth);
  Expr units(bool advice, int depth = 2);
  Expr amount(bool advice, int depth = 2);
  Expr count(bool advice, int depth = 2);
  Expr flag(bool advice, int depth = 2);
  Expr forecast_units();
  Expr forecast_flag();
  Expr condition(uint64_t percent);
  std::string stores_counted();
  Expr looked_up(bool advice, const Expr& otherwise);
  const char* words();

  // declarations.cpp: what is declared beside the workflow
  std::string function();
  std::string table();
  std::string mapping();
  std::string exception(bool waited);
  std::string forecast_event();

  // module.cpp
  std::string fails(const char* stem, bool takes_back = true);
  std::string header(const std::string& name);
  std::string statements(const Place& place, uint64_t count, int depth);
  std::string block(const Place& place, int depth);
  std::string statement(const Place& place, int depth);
  std::string composed(const Place& place, int depth);

  // values.cpp
  std::string let(const Place& place, Kind kind, const char* stem, const Expr& value);
  std::string store(const Place& place);
  std::string read_stock(const Place& place);
  std::string read_again(const Place& place);
  std::string mapped(const Place& place);
  std::string levels(const Place& place);
  std::string ask(const Place& place);

  // governance.cpp
  std::string not_granted(const Place& place);
  std::string approval(const Place& place, const std::string& proposal, const char* policy,
                       const std::string& grant, bool of_many = false, bool counters = false);
  std::string line_refused(const Place& place);
  std::string perhaps(const Place& place, const std::string& written);
  std::string write_one(const Place& outer);
  std::string write_each(const Place& outer);
  std::string countered(const Place& place, bool always);
  std::string patience(const Place& place);

  // runs.cpp
  std::string run_part(const Place& place);
  std::string given_away(const std::string& grant, const std::string& element);

  // people.cpp
  std::string task(const Place& place);
  std::string asked(const Place& place);
  std::string filled_in(const Place& place, const std::string& name, const Expr& shown,
                        const std::string& role, uint64_t hours, std::string expired);
  std::string label(const Place& place);

  // time.cpp
  std::string wait(const Place& place);
  std::string due(const Place& place);
  std::string late(const Place& place);

  // events.cpp
  std::string throughout(const Place& place);
  std::string heard(const Place& place, bool ends);
  std::string wait_for_event(const Place& place);
  std::string wait_hearing(const Place& place);
  std::string in_flight(const Place& place);
  std::string moment();

  // exceptions.cpp
  std::string raise(const Place& place);
  std::string raise_and_wait(const Place& place);

  // control.cpp
  std::string veto(const Place& place);
  std::string choice(const Place& place, int depth);
  std::string match(const Place& place, int depth);
  std::string together(const Place& place, int depth);

  // fanout.cpp, rounds.cpp
  std::string head(const Place& place, const std::string& element, Place& inside, bool parallel);
  std::string loop(const Place& place, int depth, bool parallel);
  std::string collect(const Place& place, int depth);
  std::string advised_loop(const Place& place, int depth);
  std::string shares(const Place& place, int depth);
  std::string entries(const Place& place, int depth);
  std::string rounds(const Place& place, int depth);
  std::string haggle(const Place& place);

  // story.cpp
  std::string facts();
  std::string happenings();
  std::string answers();
  std::string test(const std::string& name, std::string given, std::string happens);

  std::mt19937_64 random_;
  const RandomWorkflowOptions options_;
  const int depth_;  // of loops, branches and choices: many small programs and some large ones
  uint64_t number_ = 0;
  std::vector<Named> known_;
  std::string functions_, declarations_, workflows_, suffix_;
  std::vector<std::string> function_names_, table_names_, mapping_names_, exception_names_;
  std::string forecast_event_;
  std::vector<std::string> failures_;  // in which the workflow that is being written can end
};

}  // namespace endcap::fuzz

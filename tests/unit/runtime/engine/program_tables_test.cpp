// A program kept as data: what an instance's rows mean must be readable when the program is gone.
#include "runtime/engine/program_tables.h"

#include "tests/unit/runtime/engine/renumbered.h"
#include "tests/unit/runtime/engine/retail.h"

#include <doctest/doctest.h>

namespace endcap::test {
namespace {

TEST_SUITE("program tables") {
  TEST_CASE("a program's tables come back as they were, and give the same bytes again") {
    const Retail retail;
    for (const auto& program :
         {const_cast<Retail&>(retail).program(), renumbered(const_cast<Retail&>(retail).program())}) {
      const std::string bytes = encode_program(*program);
      const abi::Program back = decode_program(bytes);
      CHECK(encode_program(back) == bytes);
      CHECK(back.hash == program->hash);
      CHECK(back.machines.size() == program->machines.size());
      for (size_t i = 0; i < back.machines.size(); ++i) {
        for (size_t state = 0; state < back.machines[i].states.size(); ++state) {
          CHECK(back.machines[i].states[state].kind == program->machines[i].states[state].kind);
          CHECK(back.machines[i].states[state].operands == program->machines[i].states[state].operands);
        }
      }
    }
  }

  TEST_CASE("what is not the default comes back too, and so does a 0 where it is not") {
    abi::Program program;
    program.types.resize(2);
    program.types[0].kind = abi::Kind::List;
    program.types[0].element = 0;
    program.types[1].least = -5;
    program.types[1].most = Int128{1} << 100;
    program.navigations = {{0, "one", "to_One", 0, false}};
    Calendar calendar;
    calendar.open = 0;
    calendar.close = 86399;
    calendar.working = {false, true, true, true, true, true, true};
    calendar.holidays = {-1, 20000};
    calendar.of_weekday = {{3, {{9 * 3600, 12 * 3600}, {13 * 3600, 21 * 3600}}}};
    calendar.of_date = {{-1, {{0, 60}}}, {20001, {{36000, 43200}}}};
    program.calendars = {calendar};
    abi::Workflow workflow;
    workflow.parameters = {{"id", 0}};
    workflow.outcomes = {{"Done", 0}, {"Failed", abi::kNoType, true}};
    workflow.parts_noted = true;
    program.workflows = {workflow};
    abi::Machine machine;
    machine.states.resize(1);
    machine.states[0].kind = abi::WaitKind::ReadOperation;
    machine.states[0].input = 0;
    machine.states[0].events = {{3, 0, {}, 7, {}, 0, 0}};
    machine.states[0].within = abi::TimeLimit{0, 0};
    machine.states[0].live = {{"stock", 0, abi::Trust::Advice, {".forecast", "itself"}}};
    machine.states[0].brings = {".forecast"};
    machine.states[0].by_advice = true;
    machine.states[0].proposals = {{"prices", 0, {}, 0, {"stock"}}};
    program.machines = {machine};
    const abi::Program back = decode_program(encode_program(program));
    CHECK(back.types[0].element == 0);
    CHECK(back.types[1].element == abi::kNoType);
    CHECK((back.types[1].least == program.types[1].least));
    CHECK((back.types[1].most == program.types[1].most));
    CHECK_FALSE(back.navigations[0].many);
    CHECK(back.calendars[0].open == 0);
    CHECK(back.calendars[0].close == 86399);
    CHECK(back.calendars[0].working == calendar.working);
    CHECK(back.calendars[0].holidays == calendar.holidays);
    REQUIRE(back.calendars[0].of_weekday.size() == 1);
    REQUIRE(back.calendars[0].of_weekday.at(3).size() == 2);
    CHECK(back.calendars[0].of_weekday.at(3)[1].from == 13 * 3600);
    CHECK(back.calendars[0].of_date.at(-1)[0].to == 60);
    CHECK(back.calendars[0].of_date.at(20001)[0].from == 36000);
    CHECK(back.workflows[0].parameters[0].type == 0);
    CHECK(back.workflows[0].outcomes[0].record == 0);
    CHECK(back.workflows[0].outcomes[1].record == abi::kNoType);
    const abi::WaitPoint& point = back.machines[0].states[0];
    CHECK(point.kind == abi::WaitKind::ReadOperation);
    CHECK(point.input == 0);
    CHECK(point.element == abi::kNoType);
    CHECK(point.events[0].key_field == 0);
    CHECK_FALSE(point.events[0].key_operand.has_value());
    CHECK(point.events[0].guard_state == 7);
    CHECK(point.within->calendar == 0);
    CHECK(back.workflows[0].parts_noted);
    CHECK(point.live[0].advised == abi::Parts{".forecast", "itself"});
    CHECK(point.brings == abi::Parts{".forecast"});
    CHECK(point.by_advice);
    CHECK(point.proposals[0].knows == abi::Parts{"stock"});
  }
}

}  // namespace
}  // namespace endcap::test

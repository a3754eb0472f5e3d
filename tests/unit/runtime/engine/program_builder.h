// Programs made by hand: their machines are C++ functions that play compiled code.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "runtime/abi/program.h"

namespace endcap::test {

using abi::Cell;
using abi::Context;
using abi::Exit;
using abi::TypeId;
using Body = std::function<Exit(Context*, uint32_t state)>;

class ProgramBuilder {
 public:
  ProgramBuilder();

  std::shared_ptr<abi::Program> program() { return program_; }
  abi::Program* operator->() { return program_.get(); }

  TypeId type(abi::Kind kind, std::string name = "", TypeId element = abi::kNoType);
  TypeId record(std::string name, std::vector<abi::Field> fields);
  uint32_t workflow(std::string name, std::vector<abi::Workflow::StartParameter> parameters,
                    std::vector<abi::Outcome> outcomes);
  uint32_t machine(uint32_t workflow, abi::MachineKind kind, std::string name, std::vector<TypeId> parameters,
                   Body body);
  // Adds a state that waits; states are numbered from 1 in the order of these calls.
  abi::WaitPoint& wait(uint32_t machine, abi::WaitKind kind, std::string path, std::vector<TypeId> live,
                       std::vector<TypeId> operands, TypeId input = abi::kNoType);
  void guard(uint32_t machine) { program_->machines[machine].states.emplace_back(); }

  TypeId boolean, integer, text, instant, duration, business, list_of_integer, grant;

 private:
  std::shared_ptr<abi::Program> program_;
  std::shared_ptr<std::vector<Body>> bodies_;
};

// What a machine does.
std::string text_of(Context* c, Cell cell);
Cell text(Context* c, const std::string& value);
Cell number(int64_t value);
Cell record(Context* c, std::initializer_list<Cell> fields);
Cell list(Context* c, const std::vector<Cell>& cells);
Cell field(Context* c, Cell record, size_t index);
std::vector<Cell> cells_of(Context* c, TypeId list_type, Cell list);
Exit park(Context* c, uint32_t state, const std::vector<Cell>& frame, const std::vector<Cell>& operands);
Exit finish(Context* c, uint32_t outcome, Cell record);
Exit fail(Context* c, uint32_t outcome, Cell record, bool compensate);
Exit yield(Context* c, Cell value);
Exit unhandled(Context* c);

}  // namespace endcap::test

// Makes one graph, instruction by instruction: used by lowering and by tests that build graphs by hand.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/flow.h"
#include "compiler/sema/typed.h"

namespace endcap::ir {

// The types that lowering needs by itself; sema puts them into every program.
struct KnownTypes {
  abi::TypeId boolean = abi::kNoType, integer = abi::kNoType, text = abi::kNoType, instant = abi::kNoType,
              list_of_integer = abi::kNoType;
};
KnownTypes known_types(const abi::Types& types);  // first of each kind; a missing one is a failed CHECK

// How far what is in a register can be trusted. Implicit: of whatever a register is made for.
struct RegisterLabel {
  RegisterLabel(abi::Trust of_all = abi::Trust::Trusted) : trust(of_all) {}
  RegisterLabel(const sema::Local& of) : trust(of.trust), advised(of.advised) {}
  RegisterLabel(const sema::Expr& of) : trust(of.trust), advised(of.advised) {}
  RegisterLabel(const Register& of) : trust(of.trust), advised(of.advised) {}

  abi::Trust trust;
  abi::Parts advised = {};
};

// Emits into the current block. A block is closed by a terminator; `open` says whether the current one still
// is not.
class GraphBuilder {
 public:
  GraphBuilder(Graph& graph, const KnownTypes& types) : graph_(graph), types_(types) {}

  Graph& graph() { return graph_; }
  const KnownTypes& types() const { return types_; }

  RegisterId make_register(abi::TypeId type, std::string name = "", RegisterLabel label = {});
  RegisterId add_parameter(abi::TypeId type, std::string name = "", RegisterLabel label = {});
  BlockId make_block();  // detached: becomes current with `at`
  void at(BlockId block);
  BlockId current() const { return current_; }
  bool open() const { return open_; }
  // Where in the source the instructions that follow stand.
  void place(abi::SourcePlace place) { place_ = place; }
  // The current block, once entered, reaches this: a block is straight.
  void mark(uint32_t mark) { graph_.blocks[current_.index].marks.push_back(mark); }
  // Trust of the temporaries that follow.
  void trust(RegisterLabel label) { label_ = std::move(label); }

  RegisterId constant(abi::TypeId type, Int128 bits);
  void set_constant(RegisterId target, Int128 bits);
  RegisterId integer(Int128 value) { return constant(types_.integer, value); }
  RegisterId boolean(bool value) { return constant(types_.boolean, value ? 1 : 0); }
  RegisterId move(RegisterId from);
  void assign(RegisterId target, RegisterId from);
  RegisterId binary(Op op, abi::TypeId type, RegisterId a, RegisterId b);  // Add, Subtract, And, Or
  RegisterId unary(Op op, abi::TypeId type, RegisterId a);                 // Negate, Not, IsPresent
  RegisterId compare(Predicate predicate, RegisterId a, RegisterId b);
  RegisterId field(RegisterId record, abi::TypeId type, uint32_t index);
  RegisterId load(Op op, abi::TypeId type);  // LoadInput, LoadDetail, LoadNow
  RegisterId call(abi::Builtin builtin, abi::TypeId type, std::vector<RegisterId> arguments,
                  uint64_t immediate = 0);
  void call_into(RegisterId target, abi::Builtin builtin, std::vector<RegisterId> arguments,
                 uint64_t immediate = 0);
  RegisterId call_graph(GraphId graph, abi::TypeId type, std::vector<RegisterId> arguments);
  RegisterId try_graph(GraphId graph, abi::TypeId type, std::vector<RegisterId> arguments, Int128 on_fault);

  void jump(BlockId to) { end(Jump{to}); }
  void branch(RegisterId condition, BlockId then, BlockId otherwise) {
    end(Branch{condition, then, otherwise});
  }
  void park(uint32_t state, std::vector<RegisterId> operands) { end(Park{state, std::move(operands)}); }
  void end(Terminator terminator);

  // A state with an empty entry block. Its live slots and their loads come from `fill_liveness`.
  uint32_t add_state();
  BlockId entry(uint32_t state) const { return graph_.states[state].entry; }

 private:
  Instruction& emit(Op op, RegisterId result);
  RegisterId temporary(abi::TypeId type) { return make_register(type, "", label_); }

  Graph& graph_;
  KnownTypes types_;
  BlockId current_;
  bool open_ = false;
  abi::SourcePlace place_;
  RegisterLabel label_;
};

}  // namespace endcap::ir

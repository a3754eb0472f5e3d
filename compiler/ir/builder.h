// Makes one graph, instruction by instruction: used by lowering and by tests that build graphs by hand.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/flow.h"

namespace endcap::ir {

// The types that lowering needs by itself; sema puts them into every program.
struct KnownTypes {
  abi::TypeId boolean = abi::kNoType, integer = abi::kNoType, text = abi::kNoType, instant = abi::kNoType,
              list_of_integer = abi::kNoType;
};
KnownTypes known_types(const abi::Types& types);  // first of each kind; a missing one is a failed CHECK

// Emits into the current block. A block is closed by a terminator; `open` says whether the current one still
// is not.
class GraphBuilder {
 public:
  GraphBuilder(Graph& graph, const KnownTypes& types) : graph_(graph), types_(types) {}

  Graph& graph() { return graph_; }
  const KnownTypes& types() const { return types_; }

  RegisterId make_register(abi::TypeId type, std::string name = "", abi::Trust trust = abi::Trust::Trusted);
  RegisterId add_parameter(abi::TypeId type, std::string name = "", abi::Trust trust = abi::Trust::Trusted);
  BlockId make_block();  // detached: becomes current with `at`
  void at(BlockId block);
  BlockId current() const { return current_; }
  bool open() const { return open_; }
  void line(uint32_t source_line) { line_ = source_line; }
  // The current block, once entered, reaches this: a block is straight.
  void mark(uint32_t mark) { graph_.blocks[current_.index].marks.push_back(mark); }
  // Trust of the temporaries that follow.
  void trust(abi::Trust trust) { trust_ = trust; }

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
  RegisterId temporary(abi::TypeId type) { return make_register(type, "", trust_); }

  Graph& graph_;
  KnownTypes types_;
  BlockId current_;
  bool open_ = false;
  uint32_t line_ = 0;
  abi::Trust trust_ = abi::Trust::Trusted;
};

}  // namespace endcap::ir

// Flow IR to LLVM IR. Registers are stack slots that the optimiser turns into values; nothing is in them at
// first, for the verifier has seen each assigned before it is used. Arithmetic, compares and field loads are
// inline, the rest calls the builtins that the interpreter calls.
#include "compiler/codegen/emit.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "compiler/codegen/ratios.h"
#include "runtime/abi/context.h"
#include "runtime/value/wide.h"

namespace endcap::codegen {
namespace {

using abi::Context;
using abi::Exit;

// The layout that compiled code relies on; a change here is a change of the ABI (kAbiVersion).
static_assert(offsetof(Context, frame) == 0 && offsetof(Context, operands) == 8 &&
              offsetof(Context, arena_base) == 16);
static_assert(offsetof(Context, input) == 32 && offsetof(Context, input_tag) == 48 &&
              offsetof(Context, input_detail) == 52);
static_assert(offsetof(Context, now) == 56 && offsetof(Context, next_state) == 64 &&
              offsetof(Context, outcome) == 68);
static_assert(offsetof(Context, compensate) == 72 && offsetof(Context, frame_count) == 76);
static_assert(offsetof(Context, operand_count) == 80 && offsetof(Context, fault) == 84);
static_assert(offsetof(Context, fault_place) == 88 && offsetof(abi::SourcePlace, file) == 8);
static_assert(sizeof(abi::Cell) == 16 && alignof(abi::Cell) == 16);

const llvm::Align kCellAlign(16);

// The optimiser's time grows with the square of a function's blocks: a decision table with a thousand rows
// would take minutes. What is longer than this is translated as it stands.
constexpr size_t kOptimisedBlocksMax = 600;
constexpr unsigned kSmallPlaces = 18;  // a power of ten that 64 bits hold

class ModuleEmitter {
 public:
  ModuleEmitter(llvm::LLVMContext& context, const std::string& name)
      : module(std::make_unique<llvm::Module>(name, context)) {
    cell = llvm::Type::getInt128Ty(context);
    i32 = llvm::Type::getInt32Ty(context);
    i64 = llvm::Type::getInt64Ty(context);
    pointer = llvm::PointerType::getUnqual(context);
    machine_type = llvm::FunctionType::get(i32, {pointer, i32}, false);
    pure_type = llvm::FunctionType::get(i32, {pointer, pointer, pointer}, false);
    builtin_type = llvm::FunctionType::get(i32, {pointer, pointer, pointer, i64}, false);
    enter_type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer}, false);
  }

  llvm::Function* declare(const std::string& symbol, llvm::FunctionType* type, bool exported) {
    auto* function = llvm::Function::Create(
        type, exported ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage, symbol, *module);
    function->setDoesNotThrow();
    function->addParamAttr(0, llvm::Attribute::NoAlias);
    function->addParamAttr(0, llvm::Attribute::NonNull);
    return function;
  }

  llvm::FunctionCallee imported(const std::string& symbol, llvm::FunctionType* type) {
    llvm::FunctionCallee callee = module->getOrInsertFunction(symbol, type);
    llvm::cast<llvm::Function>(callee.getCallee())->setDoesNotThrow();
    return callee;
  }

  std::unique_ptr<llvm::Module> module;
  llvm::Type *cell, *i32, *i64;
  llvm::PointerType* pointer;
  llvm::FunctionType *machine_type, *pure_type, *builtin_type, *enter_type;
  std::map<uint32_t, llvm::Function*> pure;  // by graph id
};

class GraphEmitter {
 public:
  GraphEmitter(ModuleEmitter& module, const ir::Graph& graph, llvm::Function* function)
      : m_(module), graph_(graph), function_(function), b_(module.module->getContext()) {}

  void emit() {
    if (graph_.blocks.size() > kOptimisedBlocksMax) {
      function_->addFnAttr(llvm::Attribute::OptimizeNone);
      function_->addFnAttr(llvm::Attribute::NoInline);
    }
    begin();
    for (size_t i = 0; i < graph_.blocks.size(); ++i) {
      b_.SetInsertPoint(blocks_[i]);
      for (const ir::Instruction& instruction : graph_.blocks[i].instructions) emit(instruction);
      place_ = graph_.blocks[i].place;
      std::visit([this](const auto& terminator) { emit(terminator); }, graph_.blocks[i].terminator);
    }
  }

 private:
  // ---- frame of the function

  void begin() {
    auto& context = m_.module->getContext();
    auto* entry = llvm::BasicBlock::Create(context, "entry", function_);
    for (size_t i = 0; i < graph_.blocks.size(); ++i) {
      blocks_.push_back(llvm::BasicBlock::Create(context, "b" + std::to_string(i), function_));
    }
    make_fault_exit();
    b_.SetInsertPoint(entry);
    for (size_t i = 0; i < graph_.registers.size(); ++i) {
      registers_.push_back(b_.CreateAlloca(m_.cell));
      registers_.back()->setAlignment(kCellAlign);
    }
    for (const uint32_t ratio : ratios_in_registers(graph_)) {
      llvm::AllocaInst* denominator = b_.CreateAlloca(m_.cell);
      denominator->setAlignment(kCellAlign);
      denominators_[ratio] = denominator;
    }
    scratch_ = b_.CreateAlloca(m_.cell, b_.getInt32(static_cast<uint32_t>(widest_call())));
    scratch_->setAlignment(kCellAlign);
    result_ = b_.CreateAlloca(m_.cell);
    result_->setAlignment(kCellAlign);
    allocas_end_ = b_.CreateAlloca(b_.getInt8Ty());  // later slots go in front of it, into the entry block
    graph_.pure ? enter_pure() : enter_machine();
  }

  size_t widest_call() const {
    size_t widest = 2;  // a ratio's
    for (const ir::Block& block : graph_.blocks) {
      for (const ir::Instruction& i : block.instructions) widest = std::max(widest, i.arguments.size());
    }
    return widest;
  }

  void enter_pure() {
    for (size_t i = 0; i < graph_.parameters.size(); ++i) {
      set(graph_.parameters[i], load_cell(cell_at(function_->getArg(2), i)));
    }
    b_.CreateBr(blocks_[0]);
  }

  void enter_machine() {
    b_.CreateCall(m_.imported("endcap_enter", m_.enter_type), {context()});
    auto* unknown = llvm::BasicBlock::Create(m_.module->getContext(), "unknown_state", function_);
    auto* dispatch =
        b_.CreateSwitch(function_->getArg(1), unknown, static_cast<unsigned>(graph_.states.size()));
    for (size_t i = 0; i < graph_.states.size(); ++i) {
      dispatch->addCase(b_.getInt32(static_cast<uint32_t>(i)), blocks_[graph_.states[i].entry.index]);
    }
    b_.SetInsertPoint(unknown);
    place_ = {};
    go_to_fault(b_.getInt32(static_cast<uint32_t>(FaultKind::Defect)));
  }

  // One exit for all faults of the graph's own instructions.
  void make_fault_exit() {
    fault_exit_ = llvm::BasicBlock::Create(m_.module->getContext(), "fault", function_);
    b_.SetInsertPoint(fault_exit_);
    fault_code_ = b_.CreatePHI(m_.i32, 0);
    fault_position_ = b_.CreatePHI(m_.i64, 0);
    fault_file_ = b_.CreatePHI(m_.i32, 0);
    store_field(fault_code_, offsetof(Context, fault));
    store_field(fault_position_, offsetof(Context, fault_place));
    store_field(fault_file_, offsetof(Context, fault_place) + offsetof(abi::SourcePlace, file));
    leave_faulted(fault_code_);
  }

  void leave_faulted(llvm::Value* fault_code) {
    if (graph_.pure) {
      b_.CreateRet(fault_code);
    } else {
      leave(Exit::Faulted);
    }
  }

  void add_fault_edge(llvm::Value* fault_code) {
    fault_code_->addIncoming(fault_code, b_.GetInsertBlock());
    fault_position_->addIncoming(b_.getInt64(abi::position_bits(place_)), b_.GetInsertBlock());
    fault_file_->addIncoming(b_.getInt32(place_.file), b_.GetInsertBlock());
  }
  void go_to_fault(llvm::Value* fault_code) {
    add_fault_edge(fault_code);
    b_.CreateBr(fault_exit_);
  }

  llvm::MDNode* unlikely() {
    return llvm::MDBuilder(m_.module->getContext()).createBranchWeights(1, 1 << 20);
  }

  void fault_if(llvm::Value* condition, llvm::Value* fault_code) {
    auto* next = llvm::BasicBlock::Create(m_.module->getContext(), "", function_);
    add_fault_edge(fault_code);
    b_.CreateCondBr(condition, fault_exit_, next, unlikely());
    b_.SetInsertPoint(next);
  }

  // ---- memory

  llvm::Value* context() { return function_->getArg(0); }
  llvm::Value* field_address(size_t offset) {
    return b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), context(), offset);
  }
  llvm::Value* load_field(llvm::Type* type, size_t offset) {
    return b_.CreateLoad(type, field_address(offset));
  }
  void store_field(llvm::Value* value, size_t offset) { b_.CreateStore(value, field_address(offset)); }
  void store_field(uint32_t value, size_t offset) { store_field(b_.getInt32(value), offset); }
  llvm::Value* cell_at(llvm::Value* base, size_t index) {
    return b_.CreateConstInBoundsGEP1_64(m_.cell, base, index);
  }
  llvm::Value* load_cell(llvm::Value* address) { return b_.CreateAlignedLoad(m_.cell, address, kCellAlign); }
  void store(llvm::Value* value, llvm::Value* address) { b_.CreateAlignedStore(value, address, kCellAlign); }
  llvm::Value* get(ir::RegisterId id) { return load_cell(registers_[id.index]); }
  void set(ir::RegisterId id, llvm::Value* value) { store(value, registers_[id.index]); }
  void set_bool(ir::RegisterId id, llvm::Value* bit) { set(id, b_.CreateZExt(bit, m_.cell)); }
  llvm::Value* is_true(ir::RegisterId id) {
    return b_.CreateICmpNE(get(id), llvm::ConstantInt::get(m_.cell, 0));
  }
  llvm::Constant* constant(Int128 bits) {
    const uint64_t words[2] = {static_cast<uint64_t>(bits),
                               static_cast<uint64_t>(static_cast<Uint128>(bits) >> 64)};
    return llvm::ConstantInt::get(m_.module->getContext(), llvm::APInt(128, words));
  }

  // ---- instructions

  void emit(const ir::Instruction& i) {
    place_ = i.place;
    switch (i.op) {
      case ir::Op::Constant:
        return set(i.result, constant(i.constant.bits));
      case ir::Op::Move:
        return set(i.result, get(i.a));
      case ir::Op::Add:
        return checked(llvm::Intrinsic::sadd_with_overflow, i.result, get(i.a), get(i.b));
      case ir::Op::Subtract:
        return checked(llvm::Intrinsic::ssub_with_overflow, i.result, get(i.a), get(i.b));
      case ir::Op::Negate:
        return checked(llvm::Intrinsic::ssub_with_overflow, i.result, constant(0), get(i.a));
      case ir::Op::Compare:
        return set_bool(i.result, b_.CreateICmp(predicate(i.predicate), get(i.a), get(i.b)));
      case ir::Op::Not:
        return set_bool(i.result, b_.CreateNot(is_true(i.a)));
      case ir::Op::And:
        return set_bool(i.result, b_.CreateAnd(is_true(i.a), is_true(i.b)));
      case ir::Op::Or:
        return set_bool(i.result, b_.CreateOr(is_true(i.a), is_true(i.b)));
      case ir::Op::IsPresent:
        return set_bool(i.result, is_true(i.a));
      case ir::Op::LoadField:
        return load_record_field(i);
      case ir::Op::LoadFrame:
        return set(i.result, load_cell(cell_at(load_field(m_.pointer, offsetof(Context, frame)), i.index)));
      case ir::Op::LoadInput:
        return set(i.result, load_cell(field_address(offsetof(Context, input))));
      case ir::Op::LoadDetail:
        return set(i.result, b_.CreateZExt(load_field(m_.i32, offsetof(Context, input_detail)), m_.cell));
      case ir::Op::LoadNow:
        return set(i.result, b_.CreateSExt(load_field(m_.i64, offsetof(Context, now)), m_.cell));
      case ir::Op::Call:
        return call_builtin(i);
      case ir::Op::CallGraph:
      case ir::Op::TryGraph:
        return call_graph(i);
    }
  }

  static llvm::CmpInst::Predicate predicate(ir::Predicate p) {
    switch (p) {
      case ir::Predicate::Equal:
        return llvm::CmpInst::ICMP_EQ;
      case ir::Predicate::NotEqual:
        return llvm::CmpInst::ICMP_NE;
      case ir::Predicate::Less:
        return llvm::CmpInst::ICMP_SLT;
      case ir::Predicate::LessEqual:
        return llvm::CmpInst::ICMP_SLE;
      case ir::Predicate::Greater:
        return llvm::CmpInst::ICMP_SGT;
      case ir::Predicate::GreaterEqual:
        return llvm::CmpInst::ICMP_SGE;
    }
    return llvm::CmpInst::ICMP_EQ;
  }

  void checked(llvm::Intrinsic::ID operation, ir::RegisterId result, llvm::Value* a, llvm::Value* b) {
    llvm::Value* pair = b_.CreateBinaryIntrinsic(operation, a, b);
    fault_if(b_.CreateExtractValue(pair, 1), b_.getInt32(static_cast<uint32_t>(FaultKind::Overflow)));
    set(result, b_.CreateExtractValue(pair, 0));
  }

  // The base is loaded each time: any call before may have moved the arena, and the optimiser sees where none
  // was.
  llvm::Value* object(llvm::Value* reference) {
    llvm::Value* base = load_field(m_.pointer, offsetof(Context, arena_base));
    llvm::Value* offset = b_.CreateZExt(b_.CreateTrunc(reference, m_.i32), m_.i64);
    return b_.CreateInBoundsGEP(b_.getInt8Ty(), base, offset);
  }

  void load_record_field(const ir::Instruction& i) {
    set(i.result, load_cell(cell_at(object(get(i.a)), i.index)));
  }

  void call_builtin(const ir::Instruction& i) {
    if (i.builtin == abi::Builtin::RatioCompare) return compare_ratios(i);
    if (denominators_.contains(i.result.index))
      return i.builtin == abi::Builtin::RatioMake ? make_ratio(i) : ratio_of_decimal(i);
    std::vector<llvm::Value*> arguments;
    for (const ir::RegisterId argument : i.arguments) arguments.push_back(get(argument));
    set(i.result, called(i.builtin, arguments, i.immediate));
  }

  // What the interpreter calls.
  llvm::Value* called(abi::Builtin builtin, const std::vector<llvm::Value*>& arguments, uint64_t immediate) {
    for (size_t k = 0; k < arguments.size(); ++k) store(arguments[k], cell_at(scratch_, k));
    const std::string symbol = std::string("endcap_rt_") + abi::builtin(builtin).name;
    llvm::Value* code = b_.CreateCall(m_.imported(symbol, m_.builtin_type),
                                      {context(), result_, scratch_, b_.getInt64(immediate)});
    fault_if(b_.CreateICmpNE(code, b_.getInt32(0)), code);
    return load_cell(result_);
  }

  // ---- ratios: two values where they need not be an object (ratios.h), and inline while both are small

  using Parts = std::pair<llvm::Value*, llvm::Value*>;  // numerator, denominator

  void set_ratio(ir::RegisterId id, const Parts& parts) {
    set(id, parts.first);
    store(parts.second, denominators_.at(id.index));
  }
  Parts parts_of_object(llvm::Value* reference) {
    return {load_cell(cell_at(object(reference), 0)), load_cell(cell_at(object(reference), 1))};
  }
  Parts parts(ir::RegisterId id) {
    const auto found = denominators_.find(id.index);
    return found == denominators_.end() ? parts_of_object(get(id)) : Parts{get(id), load_cell(found->second)};
  }
  llvm::Value* ratio_object(ir::RegisterId id) {
    if (!denominators_.contains(id.index)) return get(id);
    const auto [numerator, denominator] = parts(id);
    return called(abi::Builtin::RatioMake, {numerator, denominator}, 0);
  }

  llvm::Value* fits_64(llvm::Value* value) {
    return b_.CreateICmpEQ(b_.CreateSExt(b_.CreateTrunc(value, m_.i64), m_.cell), value);
  }
  llvm::Constant* ten_to(unsigned places) { return constant(static_cast<Int128>(power_of_ten(places))); }
  llvm::BasicBlock* new_block() { return llvm::BasicBlock::Create(m_.module->getContext(), "", function_); }

  // The quotient of two decimals: each is scaled by what the other has more places.
  void make_ratio(const ir::Instruction& i) {
    const unsigned a_places = i.immediate & 0xff, b_places = i.immediate >> 8 & 0xff;
    llvm::Value *a = get(i.arguments[0]), *b = get(i.arguments[1]);
    const unsigned up = b_places > a_places ? b_places - a_places : 0;
    const unsigned down = a_places > b_places ? a_places - b_places : 0;
    auto *small = new_block(), *large = new_block(), *next = new_block();
    llvm::Value* is_small = b_.CreateICmpSGT(b, constant(0));
    if (up > 0) is_small = b_.CreateAnd(is_small, fits_64(a));
    if (down > 0) is_small = b_.CreateAnd(is_small, fits_64(b));
    if (std::max(up, down) > kSmallPlaces) is_small = b_.getFalse();
    b_.CreateCondBr(is_small, small, large);
    b_.SetInsertPoint(small);
    set_ratio(i.result,
              {up > 0 ? b_.CreateMul(a, ten_to(up)) : a, down > 0 ? b_.CreateMul(b, ten_to(down)) : b});
    b_.CreateBr(next);
    b_.SetInsertPoint(large);
    set_ratio(i.result, parts_of_object(called(i.builtin, {a, b}, i.immediate)));
    b_.CreateBr(next);
    b_.SetInsertPoint(next);
  }

  void ratio_of_decimal(const ir::Instruction& i) {
    set_ratio(i.result, {get(i.arguments[0]), ten_to(denominator_places(i))});
  }

  void compare_ratios(const ir::Instruction& i) {
    const auto [a, below_a] = parts(i.arguments[0]);
    const auto [b, below_b] = parts(i.arguments[1]);
    auto *small = new_block(), *large = new_block(), *next = new_block();
    b_.CreateCondBr(b_.CreateAnd({fits_64(a), fits_64(below_a), fits_64(b), fits_64(below_b)}), small, large);
    b_.SetInsertPoint(small);
    llvm::Value *left = b_.CreateMul(a, below_b), *right = b_.CreateMul(b, below_a);
    set(i.result, b_.CreateSub(b_.CreateZExt(b_.CreateICmpSGT(left, right), m_.cell),
                               b_.CreateZExt(b_.CreateICmpSLT(left, right), m_.cell)));
    b_.CreateBr(next);
    b_.SetInsertPoint(large);
    llvm::Value* first = ratio_object(i.arguments[0]);
    llvm::Value* second = ratio_object(i.arguments[1]);
    set(i.result, called(i.builtin, {first, second}, i.immediate));
    b_.CreateBr(next);
    b_.SetInsertPoint(next);
  }

  // Slots of its own for each call of a graph: after inlining they become values.
  llvm::AllocaInst* call_slot(size_t cells) {
    llvm::IRBuilder<> at_entry(allocas_end_);
    auto* slot =
        at_entry.CreateAlloca(m_.cell, at_entry.getInt32(static_cast<uint32_t>(std::max<size_t>(cells, 1))));
    slot->setAlignment(kCellAlign);
    return slot;
  }

  void call_graph(const ir::Instruction& i) {
    llvm::AllocaInst *arguments = call_slot(i.arguments.size()), *result = call_slot(1);
    for (size_t k = 0; k < i.arguments.size(); ++k) store(get(i.arguments[k]), cell_at(arguments, k));
    llvm::Value* code = b_.CreateCall(m_.pure.at(i.graph.index), {context(), result, arguments});
    llvm::Value* failed = b_.CreateICmpNE(code, b_.getInt32(0));
    auto* next = llvm::BasicBlock::Create(m_.module->getContext(), "", function_);
    auto* fault = llvm::BasicBlock::Create(m_.module->getContext(), "", function_);
    b_.CreateCondBr(failed, fault, next, unlikely());
    b_.SetInsertPoint(fault);
    if (i.op == ir::Op::CallGraph) {
      leave_faulted(code);  // the callee has said where
    } else {
      store(constant(i.constant.bits), result);
      b_.CreateBr(next);
    }
    b_.SetInsertPoint(next);
    set(i.result, load_cell(result));
  }

  // ---- terminators

  void leave(Exit exit) { b_.CreateRet(b_.getInt32(static_cast<uint32_t>(exit))); }

  void give(ir::RegisterId id) {
    store(get(id), load_field(m_.pointer, offsetof(Context, operands)));
    store_field(1, offsetof(Context, operand_count));
  }

  void emit(const ir::Jump& t) { b_.CreateBr(blocks_[t.to.index]); }
  void emit(const ir::Branch& t) {
    b_.CreateCondBr(is_true(t.condition), blocks_[t.then.index], blocks_[t.otherwise.index]);
  }
  void emit(const ir::SwitchTag& t) {
    auto* choice =
        b_.CreateSwitch(load_field(m_.i32, offsetof(Context, input_tag)), blocks_[t.fallback.index]);
    std::set<uint32_t> seen;  // the first case of a value counts
    for (const auto& [tag, block] : t.cases) {
      if (seen.insert(tag).second) choice->addCase(b_.getInt32(tag), blocks_[block.index]);
    }
  }
  void emit(const ir::SwitchInt& t) {
    auto* choice = b_.CreateSwitch(get(t.value), blocks_[t.fallback.index]);
    std::set<int64_t> seen;
    for (const auto& [value, block] : t.cases) {
      if (seen.insert(value).second) {
        choice->addCase(llvm::cast<llvm::ConstantInt>(constant(value)), blocks_[block.index]);
      }
    }
  }
  void emit(const ir::Park& t) {
    const auto& live = graph_.states[t.state].live;
    llvm::Value* operands = load_field(m_.pointer, offsetof(Context, operands));
    llvm::Value* frame = load_field(m_.pointer, offsetof(Context, frame));
    for (size_t i = 0; i < t.operands.size(); ++i) store(get(t.operands[i]), cell_at(operands, i));
    for (size_t i = 0; i < live.size(); ++i) store(get(live[i]), cell_at(frame, i));
    store_field(static_cast<uint32_t>(t.operands.size()), offsetof(Context, operand_count));
    store_field(static_cast<uint32_t>(live.size()), offsetof(Context, frame_count));
    store_field(t.state, offsetof(Context, next_state));
    leave(Exit::Park);
  }
  void emit(const ir::Finish& t) {
    give(t.record);
    store_field(t.outcome, offsetof(Context, outcome));
    leave(Exit::Finish);
  }
  void emit(const ir::Fail& t) {
    give(t.record);
    store_field(t.outcome, offsetof(Context, outcome));
    store_field(t.compensate ? 1 : 0, offsetof(Context, compensate));
    leave(Exit::Fail);
  }
  void emit(const ir::Yield& t) {
    give(t.value);
    llvm::Value* operands = load_field(m_.pointer, offsetof(Context, operands));
    for (size_t i = 0; i < t.more.size(); ++i) store(get(t.more[i]), cell_at(operands, i + 1));
    store_field(static_cast<uint32_t>(1 + t.more.size()), offsetof(Context, operand_count));
    leave(Exit::Yield);
  }
  void emit(const ir::SkipElement&) { leave(Exit::Skip); }
  void emit(const ir::Done&) { leave(Exit::Done); }
  void emit(const ir::FaultOut& t) { go_to_fault(b_.getInt32(static_cast<uint32_t>(t.kind))); }
  void emit(const ir::GuardResult& t) {
    b_.CreateRet(b_.CreateSelect(is_true(t.value), b_.getInt32(static_cast<uint32_t>(Exit::GuardTrue)),
                                 b_.getInt32(static_cast<uint32_t>(Exit::GuardFalse))));
  }
  void emit(const ir::Return& t) {
    store(get(t.value), function_->getArg(1));
    b_.CreateRet(b_.getInt32(0));
  }

  ModuleEmitter& m_;
  const ir::Graph& graph_;
  llvm::Function* function_;
  llvm::IRBuilder<> b_;
  std::vector<llvm::BasicBlock*> blocks_;
  std::vector<llvm::AllocaInst*> registers_;
  std::map<uint32_t, llvm::AllocaInst*> denominators_;  // of ratios whose register holds the numerator
  llvm::AllocaInst *scratch_ = nullptr, *result_ = nullptr, *allocas_end_ = nullptr;
  llvm::BasicBlock* fault_exit_ = nullptr;
  llvm::PHINode *fault_code_ = nullptr, *fault_position_ = nullptr, *fault_file_ = nullptr;
  abi::SourcePlace place_;
};

}  // namespace

std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& llvm_context, const ir::Program& program,
                                          const ModulePlan& plan) {
  ModuleEmitter emitter(llvm_context, plan.name);
  for (const ir::GraphId graph : plan.pure) {
    emitter.pure[graph.index] = emitter.declare(pure_symbol(graph), emitter.pure_type, plan.exports_pure);
  }
  for (const ir::GraphId graph : plan.pure) {
    GraphEmitter(emitter, program.graphs[graph.index], emitter.pure[graph.index]).emit();
  }
  for (const uint32_t machine : plan.machines) {
    llvm::Function* function = emitter.declare(machine_symbol(machine), emitter.machine_type, true);
    GraphEmitter(emitter, program.graphs[program.machines[machine].index], function).emit();
  }
  return std::move(emitter.module);
}

}  // namespace endcap::codegen

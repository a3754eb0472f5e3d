// The standard library has more exceptions than a project raises: the others are no part of the program.
#include <set>

#include "compiler/sema/passes/walk.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/sema/starts.h"

namespace endcap::sema {
namespace {

class Dropper {
 public:
  explicit Dropper(Context& context) : context_(context), program_(context.program) {}

  void run() {
    for (Workflow& workflow : program_.workflows) {
      visit_statements(workflow.body, [&](Stmt& stmt) {
        if (const auto* raise = std::get_if<Raise>(&stmt.node)) raised_.insert(raise->exception);
      });
    }
    std::vector<Workflow> workflows;
    std::vector<abi::Workflow> described;
    for (uint32_t i = 0; i < program_.workflows.size(); ++i) {
      to_.push_back(static_cast<uint32_t>(workflows.size()));
      if (unused(i)) continue;
      workflows.push_back(std::move(program_.workflows[i]));
      workflows.back().index = to_.back();
      described.push_back(std::move(program_.abi.workflows[i]));
    }
    program_.workflows = std::move(workflows);
    program_.abi.workflows = std::move(described);
    for (Workflow& workflow : program_.workflows) renumber(workflow.body);
    for (Test& test : program_.tests) renumber(test);
    for (abi::Schedule& schedule : program_.abi.schedules) schedule.workflow = to_[schedule.workflow];
    for (abi::Interface& interface : program_.abi.interfaces) renumber(interface);
  }

 private:
  bool unused(uint32_t index) const {
    const std::string& module = context_.modules[context_.workflows[index].module].name;
    return program_.abi.workflows[index].severity && standard_module_texts().contains(module) &&
           !raised_.contains(index);
  }

  void renumber(Block& body) {
    visit_statements(body, [&](Stmt& stmt) {
      if (auto* raise = std::get_if<Raise>(&stmt.node)) raise->exception = to_[raise->exception];
      if (auto* run = std::get_if<Run>(&stmt.node)) run->workflow = to_[run->workflow];
      if (auto* task = std::get_if<Task>(&stmt.node); task && task->resolver)
        task->resolver->workflow = to_[task->resolver->workflow];
    });
  }
  void renumber(abi::Interface& interface) {
    for (auto& operation : interface.operations) {
      if (operation.what == abi::Interface::Operation::What::Starts) operation.target = to_[operation.target];
    }
  }
  static bool is_of_exception(ast::ExpectStmt::What what) {
    using What = ast::ExpectStmt::What;
    return what == What::Raised || what == What::Resolved || what == What::Lapsed;
  }
  void renumber(Test& test) {
    for (TestAction& action : test.actions) {
      if (auto* start = std::get_if<TestStart>(&action.node)) start->workflow = to_[start->workflow];
      auto* expectation = std::get_if<Expectation>(&action.node);
      if (expectation && is_of_exception(expectation->what))
        expectation->workflow = to_[expectation->workflow];
    }
  }

  Context& context_;
  Program& program_;
  std::set<uint32_t> raised_;
  std::vector<uint32_t> to_;  // by number before
};

}  // namespace

void drop_unused_exceptions(Context& context) { Dropper(context).run(); }

}  // namespace endcap::sema

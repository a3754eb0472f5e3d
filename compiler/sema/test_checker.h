// One test: its statements from syntax to typed tree, in the order in which they happen.
#pragma once

#include "compiler/sema/expressions.h"
#include "compiler/sema/test_names.h"

namespace endcap::sema {

class TestChecker {
 public:
  TestChecker(Context& context, uint32_t module, const ast::TestDecl& tree);
  Test run();

 private:
  using Made = std::optional<decltype(TestAction::node)>;  // nothing: told

  // tests.cpp: what is given and what happens
  Made of(const ast::TestStmt& tree, const ast::GivenStmt& node);
  Made of(const ast::TestStmt& tree, const ast::BecomesStmt& node);
  Made of(const ast::TestStmt& tree, const ast::StartStmt& node);
  Made of(const ast::TestStmt& tree, const ast::StartScheduleStmt& node);
  Made of(const ast::TestStmt& tree, const ast::StartCarrierStmt& node);
  bool start_story(Span span, uint32_t workflow);
  Made of(const ast::TestStmt& tree, const ast::AfterStmt& node);
  Made of(const ast::TestStmt& tree, const ast::SendStmt& node);
  std::optional<GivenEntity::Field> given_field(uint32_t view, uint32_t field,
                                                const ast::GivenStmt::Field& tree);
  std::optional<GivenEntity::Entities> given_entities(uint32_t navigation, const ast::GivenStmt::Field& tree);
  void require_fields(const ast::TestStmt& tree, uint32_t view, const std::map<std::string, Span>& given);
  std::optional<std::vector<ExprPtr>> start_arguments(const ast::TestStmt& tree, const ast::StartStmt& node,
                                                      uint32_t workflow);
  std::optional<Instant> moment(const ast::TestMoment& tree);
  std::optional<Instant> any_moment(const ast::TestMoment& tree);

  // test_advisors.cpp: what models answer
  Made of(const ast::TestStmt& tree, const ast::AnswersStmt& node);
  std::optional<std::pair<uint32_t, ExprPtr>> given_input(const ast::AnswersStmt& node, size_t index);

  // test_partners.cpp: partners that call
  Made of(const ast::TestStmt& tree, const ast::CallsStmt& node);
  std::optional<uint32_t> interface_meant(const ast::CallsStmt& node);
  bool partner_known(const ast::CallsStmt& node);
  bool arguments(const ast::TestStmt& tree, const ast::CallsStmt& node,
                 const abi::Interface::Operation& operation, PartnerCalls& into);

  // test_people.cpp: people, systems, expectations
  Made of(const ast::TestStmt& tree, const ast::DecideStmt& node);
  Made of(const ast::TestStmt& tree, const ast::FaultStmt& node);
  Made of(const ast::TestStmt& tree, const ast::ExpectStmt& node);
  bool subject(const ast::ExpectStmt& node, Expectation& into);
  bool call(const ast::ExpectStmt& node, abi::OperationClass wanted, Expectation& into);
  // Names by which a value of what happened can be said, and the record's field that each means.
  using Fields = std::vector<std::pair<std::string, uint32_t>>;
  // What is said of them: by name, each of its field's type.
  struct Said {
    const ast::QualifiedName& subject;
    const std::vector<ast::Argument>& values;
  };
  bool values(const Said& said, TypeId record, const Fields& fields, std::vector<TestValue>& into);
  bool values(const Said& said, TypeId record, std::vector<TestValue>& into);
  bool values(const ast::ExpectStmt& node, TypeId record, Expectation& into) {
    return values(Said{node.subject, node.values}, record, into.values);
  }
  bool answers(const ast::DecideStmt& node, const WorkflowNames::Asked& asked, std::vector<TestValue>& into);
  bool excepted(const ast::DecideStmt& node, const WorkflowNames::Asked& asked,
                std::vector<std::string>& into);
  bool reason(const ast::DecideStmt& node, const WorkflowNames::Asked& asked, PersonDecides& into);
  using Why = ast::DecideStmt::Why;
  bool reason_listed(const ast::DecideStmt& node, const Why& why, bool listed);
  bool reason_fits(const ast::DecideStmt& node, const Why& why, TypeId wanted, const char* decided);
  Fields sent_fields(uint32_t operation) const;
  std::optional<uint32_t> rejection(const ast::FaultStmt& node, const Symbol& subject);
  const WorkflowNames::Asked* asked(const std::map<std::string, WorkflowNames::Asked>& known,
                                    const ast::QualifiedName& name, DiagnosticKind unknown);
  bool roles(const std::vector<ast::Name>& trees, const std::set<uint32_t>& allowed, const std::string& what,
             std::vector<uint32_t>& into);
  bool about(const std::optional<ast::About>& tree, std::optional<About>& into);

  // A value that is known without a run; null when it is not, which is told.
  ExprPtr plain(ExprPtr value);
  std::optional<uint32_t> view_named(const ast::Name& name);
  // `Store("1001")`: exactly the fields of its key.
  std::optional<EntityKey> entity_key(uint32_t view, const std::vector<ast::Argument>& arguments, Span span);
  std::optional<EntityKey> entity(const ast::ExprPtr& tree, uint32_t view);
  bool started(Span span, const std::string& what);
  bool anything_started(Span span, const std::string& what) { return carries_ || started(span, what); }
  const Symbol* carrier_named(const ast::QualifiedName& name);
  std::string workflow_name() const;

  Context& context_;
  uint32_t module_;
  const ast::TestDecl& tree_;
  std::vector<Local> locals_;
  Scope scope_;
  Expressions expressions_;
  Test test_;
  std::optional<uint32_t> workflow_;  // that was started
  bool carries_ = false;              // a route or sync was started
  WorkflowNames names_;
  Instant reached_ = 0;  // the latest moment that the test surely has come to
};

}  // namespace endcap::sema

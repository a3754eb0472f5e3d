// ANTLR's tree to the syntax tree: one function a construct. The parse tree given here has no errors in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "EndcapParser.h"
#include "compiler/diag/diagnostic.h"
#include "compiler/syntax/ast.h"

namespace endcap::syntax {

using Parser = grammar::EndcapParser;

class Builder {
 public:
  Builder(std::string_view text, SourceId source, Diagnostics& diagnostics)
      : text_(text), source_(source), diagnostics_(diagnostics) {}

  // A module name is not a declaration: it is given to `module_name`.
  ast::Decl declaration(Parser::DeclarationContext* tree, std::optional<ast::QualifiedName>& module_name);
  ast::TableCell table_cell(Parser::TableCellContext* tree);

 private:
  // build_names.cpp
  Span span(const antlr4::ParserRuleContext* tree) const;
  Span span(const antlr4::Token* token) const;
  Span span(antlr4::tree::TerminalNode* node) const { return span(node->getSymbol()); }
  std::string text(antlr4::tree::TerminalNode* node) const;
  ast::Name name(Parser::NameContext* tree) const;
  std::vector<ast::Name> names(Parser::NamesContext* tree) const;
  ast::QualifiedName qualified(Parser::QualifiedContext* tree) const;
  ast::TypePtr type(Parser::TypeContext* tree);
  std::vector<ast::Parameter> parameters(Parser::ParametersContext* tree);
  ast::Parameter parameter(Parser::ParameterContext* tree);
  uint32_t count(antlr4::tree::TerminalNode* number);  // a small whole number, or a diagnostic and 0
  std::string number_text(antlr4::tree::TerminalNode* number) const;
  std::string text_value(antlr4::tree::TerminalNode* text);
  void given_twice(Span at, std::string_view what);
  void require_word(const ast::Name& found, std::string_view wanted);

  // build_expressions.cpp, build_literals.cpp
  ast::ExprPtr expression(Parser::ExpressionContext* tree);
  ast::ExprPtr conditional(Parser::ConditionalContext* tree);
  ast::ExprPtr disjunction(Parser::DisjunctionContext* tree);
  ast::ExprPtr conjunction(Parser::ConjunctionContext* tree);
  ast::ExprPtr negation(Parser::NegationContext* tree);
  ast::ExprPtr comparison(Parser::ComparisonContext* tree);
  ast::ExprPtr or_else(Parser::OrElseContext* tree);
  ast::ExprPtr relative(Parser::RelativeContext* tree);
  ast::ExprPtr moment(Parser::MomentContext* tree);
  ast::ExprPtr additive(Parser::AdditiveContext* tree);
  ast::ExprPtr multiplicative(Parser::MultiplicativeContext* tree);
  ast::ExprPtr unary(Parser::UnaryContext* tree);
  ast::ExprPtr postfix(Parser::PostfixContext* tree);
  ast::ExprPtr called(ast::ExprPtr callee, Parser::ArgumentsContext* tree);
  ast::ExprPtr primary(Parser::PrimaryContext* tree);
  ast::ExprPtr literal(Parser::PrimaryContext* tree);  // null: not a literal
  ast::ExprPtr quantity(Span at, std::string number, antlr4::tree::TerminalNode* unit);
  ast::ExprPtr business_duration(Span at, std::string number, antlr4::tree::TerminalNode* unit);
  std::vector<ast::Argument> arguments(Parser::ArgumentsContext* tree);
  ast::Argument argument(Parser::ArgumentContext* tree);

  // build_statements.cpp, build_handlers.cpp
  ast::Block block(Parser::BlockContext* tree);
  ast::Block body(Parser::BodyContext* tree);
  ast::Stmt statement(Parser::StatementContext* tree);
  ast::LetStmt let(Parser::LetStatementContext* tree);
  ast::Read read(Parser::ReadValueContext* tree);
  ast::Ask ask(Parser::AskValueContext* tree);
  ast::Propose propose(Parser::ProposalContext* tree);
  ast::Call call(Parser::CallContext* tree);
  ast::ApproveStmt approve(Parser::ApproveStatementContext* tree);
  void approve_clause(ast::ApproveStmt& approve, Parser::ApproveClauseContext* tree);
  ast::WriteStmt write(Parser::WriteStatementContext* tree);
  ast::TaskStmt task(Parser::TaskStatementContext* tree);
  ast::Form form(Parser::NameContext* record, Parser::ArgumentsContext* prefilled, Span at);
  ast::RunStmt run(Parser::RunStatementContext* tree);
  ast::WhenStmt when(Parser::WhenStatementContext* tree);
  ast::MatchStmt match(Parser::MatchStatementContext* tree);
  ast::ForEachStmt for_each(Parser::ForEachStatementContext* tree);
  ast::ForEachStmt sweep(Parser::SweepStatementContext* tree);
  template <typename Loop>
  void end_of_loop(Loop* tree, ast::ForEachStmt& result);
  ast::RepeatStmt repeat(Parser::RepeatStatementContext* tree);
  std::vector<ast::Handed> handed_on(Parser::HandedOnContext* tree);  // of null: nothing
  ast::TogetherStmt together(Parser::TogetherStatementContext* tree);
  ast::RaiseStmt raise(Parser::RaiseStatementContext* tree);
  decltype(ast::Stmt::node) step(Parser::StepStatementContext* tree);
  ast::WaitUntilStmt wait_until(Parser::WaitUntilStatementContext* tree);
  ast::WaitEventStmt wait_event(Parser::WaitEventStatementContext* tree);
  ast::FinishStmt finish(Parser::FinishStatementContext* tree);
  ast::FailStmt fail(Parser::FailStatementContext* tree);
  std::vector<ast::Handler> handlers(Parser::HandlersContext* tree);
  ast::Handler handler(Parser::HandlerContext* tree);
  ast::EventHandler event_handler(Parser::EventHandlerContext* tree);
  ast::Fallback fallback(Parser::FallbackContext* tree);
  ast::Binding binding(Parser::BindingContext* tree);
  ast::EventPattern event_pattern(Parser::EventPatternContext* tree);
  ast::Block handler_body(Parser::HandlerBodyContext* tree, std::optional<ast::HandlerEnd>& end);
  std::optional<ast::HandlerEnd> handler_end(Parser::HandlerEndContext* tree, ast::Block& into);

  // build_declarations.cpp, build_exceptions.cpp, build_schedules.cpp, build_interfaces.cpp,
  // build_routes.cpp, build_advisors.cpp, build_systems.cpp, build_policies.cpp, build_tables.cpp
  ast::UseDecl use(Parser::UseDeclarationContext* tree);
  ast::ViewDecl view(Parser::ViewDeclarationContext* tree);
  ast::WorkflowDecl workflow(Parser::WorkflowDeclarationContext* tree);
  ast::ExceptionDecl exception(Parser::ExceptionDeclarationContext* tree);
  void exception_clause(ast::ExceptionDecl& exception, Parser::ExceptionClauseContext* tree);
  ast::ScheduleDecl schedule(Parser::ScheduleDeclarationContext* tree);
  ast::RecurrenceRule recurrence(Parser::RecurrenceContext* tree);
  void schedule_days(ast::RecurrenceRule& rule, Parser::ScheduleDaysContext* tree);
  ast::PartnerDecl partner(Parser::PartnerDeclarationContext* tree);
  ast::InterfaceDecl interface(Parser::InterfaceDeclarationContext* tree);
  ast::InterfaceDecl::Operation inbound(Parser::InboundItemContext* tree);
  ast::RouteDecl route(Parser::RouteDeclarationContext* tree);
  ast::SyncDecl sync(Parser::SyncDeclarationContext* tree);
  void sync_clause(ast::SyncDecl& sync, Parser::SyncClauseContext* tree);
  ast::Delivery carried(Parser::CarriedContext* tree);
  void delivery_clause(ast::Delivery& delivery, Parser::DeliveryClauseContext* tree);
  ast::UpgradeClause upgrade(Parser::UpgradeClauseContext* tree);
  ast::FunctionDecl function(Parser::FunctionDeclarationContext* tree);
  ast::MappingDecl mapping(Parser::MappingDeclarationContext* tree);
  ast::SystemDecl system(Parser::SystemDeclarationContext* tree);
  ast::OperationDecl operation(Parser::OperationContext* tree);
  void operation_action(ast::OperationDecl& operation, Parser::OperationActionContext* tree);
  void operation_clause(ast::OperationDecl& operation, Parser::OperationClauseContext* tree);
  ast::FieldAssign field_assign(Parser::FieldAssignContext* tree);
  ast::EventDecl event(Parser::EventDeclarationContext* tree);
  ast::PolicyDecl policy(Parser::PolicyDeclarationContext* tree);
  ast::PolicyRow policy_row(Parser::PolicyRowContext* tree);
  ast::AdvisorDecl advisor(Parser::AdvisorDeclarationContext* tree);
  ast::TableDecl table(Parser::TableDeclarationContext* tree);

  // build_tests.cpp
  ast::TestDecl test(Parser::TestDeclarationContext* tree);
  ast::TestStmt test_statement(Parser::TestStatementContext* tree);
  ast::GivenStmt given(Parser::GivenEntityContext* tree);
  ast::AnswersStmt answers(Parser::GivenAnswerContext* tree);
  ast::StartStmt start(Parser::StartWorkflowContext* tree);
  ast::AfterStmt after(Parser::AfterTimeContext* tree);
  ast::CallsStmt calls(Parser::PartnerCallsContext* tree);
  ast::DecideStmt decide(Parser::PersonDecidesContext* tree);
  ast::DecideStmt delegate(Parser::PersonDelegatesContext* tree);
  ast::FaultStmt fault(Parser::SystemFailsContext* tree);
  ast::ExpectStmt expect(Parser::ExpectationContext* tree);
  ast::ExpectStmt expect_exception(Parser::ExpectExceptionContext* tree);
  ast::AdvisorDecl::Confidence confidence(antlr4::tree::TerminalNode* percent) const;
  ast::ExpectStmt expect_approval(Parser::ExpectApprovalContext* tree);
  ast::TestMoment test_moment(Parser::TestMomentContext* tree);
  std::optional<ast::About> about(Parser::AboutContext* tree);  // of null: none
  ast::TestCount test_count(Parser::TestCountContext* tree);

  std::string_view text_;
  SourceId source_;
  Diagnostics& diagnostics_;
};

ast::CompareOp compare_op(Parser::CompareOperatorContext* tree);

// A node with its place.
template <typename Node>
ast::ExprPtr make_expression(Span span, Node node) {
  auto result = std::make_unique<ast::Expr>();
  result->span = span;
  result->node = std::move(node);
  return result;
}

}  // namespace endcap::syntax

// From tokens to trees: constructs of later releases refused, nesting bounded, each declaration parsed in two
// stages.
#include "compiler/syntax/trees.h"

#include <utility>

#include "compiler/syntax/later.h"
#include "compiler/syntax/nesting.h"
#include "compiler/syntax/parser.h"

namespace endcap::syntax {

namespace {

std::unique_ptr<antlr4::Token> end_token(uint32_t at) {
  auto end = std::make_unique<antlr4::CommonToken>(antlr4::Token::EOF);
  end->setStartIndex(at);
  end->setStopIndex(at);
  return end;
}

std::unique_ptr<antlr4::ListTokenSource> token_list(Tokens tokens, uint32_t end) {
  std::vector<std::unique_ptr<antlr4::Token>> input;
  for (auto& token : tokens) input.push_back(std::move(token));
  input.push_back(end_token(end));
  return std::make_unique<antlr4::ListTokenSource>(std::move(input));
}

}  // namespace

TwoStageParser::TwoStageParser(std::string_view text, SourceId source, Diagnostics& diagnostics)
    : text_(text),
      source_(source),
      diagnostics_(diagnostics),
      list_(token_list({}, 0)),
      stream_(std::make_unique<antlr4::CommonTokenStream>(list_.get())),
      parser_(stream_.get()) {}

void TwoStageParser::take(Tokens tokens, uint32_t end) {
  auto list = token_list(std::move(tokens), end);
  auto stream = std::make_unique<antlr4::CommonTokenStream>(list.get());
  parser_.setTokenStream(stream.get());  // the tree before is gone, and so may its tokens
  list_ = std::move(list);
  stream_ = std::move(stream);
  parser_.removeErrorListeners();
  parser_.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
      antlr4::atn::PredictionMode::SLL);
  strategy_ = std::make_shared<FirstError>();
  parser_.setErrorHandler(strategy_);
}

void TwoStageParser::take_again() {
  parser_.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
      antlr4::atn::PredictionMode::LL);
  parser_.reset();
}

void TwoStageParser::report() {
  report_syntax_error(strategy_->error(), *stream_, text_, source_, diagnostics_);
}

DeclarationTrees::DeclarationTrees(const SourceMap& sources, SourceId source, Diagnostics& diagnostics)
    : text_(sources.file(source).text),
      source_(source),
      diagnostics_(diagnostics),
      file_(tokenise(text_, source, diagnostics)),
      pieces_(cut_into_declarations(file_.tokens, text_)),
      parser_(text_, source, diagnostics) {}

std::optional<DeclarationTree> DeclarationTrees::next() {
  if (at_ == pieces_.size()) return std::nullopt;
  const Piece& piece = pieces_[at_++];
  Tokens tokens = take(piece);
  DeclarationTree result;
  result.span = cover(span_of(*tokens.front(), source_), span_of(*tokens.back(), source_));
  result.declared = declared_name(tokens);
  if (piece.form == Piece::Form::Later) result.later = std::string(text_of(*tokens.front(), text_));
  result.tree = tree_of(piece, std::move(tokens), result.span.end);
  return result;
}

Tokens DeclarationTrees::take(const Piece& piece) {
  Tokens tokens;
  for (size_t i = piece.begin; i < piece.end; ++i) tokens.push_back(std::move(file_.tokens[i]));
  return tokens;
}

// The first name behind the keyword.
std::optional<ast::Name> DeclarationTrees::declared_name(const Tokens& tokens) const {
  if (tokens.size() < 2 || !is_name(tokens[1]->getType())) return std::nullopt;
  std::string_view word = text_of(*tokens[1], text_);
  if (tokens[1]->getType() == Lexer::QUOTED_NAME) word = word.substr(1, word.size() - 2);
  return ast::Name{std::string(word), span_of(*tokens[1], source_)};
}

Parser::DeclarationContext* DeclarationTrees::tree_of(const Piece& piece, Tokens tokens, uint32_t end) {
  if (piece.form == Piece::Form::Later) {
    diagnostics_.emit(DiagnosticKind::NotInThisRelease, span_of(*tokens.front(), source_),
                      {std::string(text_of(*tokens.front(), text_))});
    return nullptr;
  }
  if (piece.form == Piece::Form::Unknown) {
    report_unknown_declaration(*tokens.front(), text_, source_, diagnostics_);
    return nullptr;
  }
  if (tokens.front()->getType() == Lexer::TEST) {
    retag_test_words(tokens, text_);
  } else {
    if (tokens.front()->getType() == Lexer::ADVISOR) retag_advisor_words(tokens, text_);
    const size_t first = tokens.front()->getType();
    if (first == Lexer::VIEW || first == Lexer::SYSTEM || first == Lexer::ADVISOR)
      retag_data_words(tokens, text_);
    if (tokens.front()->getType() == Lexer::SCHEDULE) retag_schedule_words(tokens, text_);
    if (tokens.front()->getType() == Lexer::INTERFACE) retag_interface_words(tokens, text_);
    if (tokens.front()->getType() == Lexer::ROUTE || tokens.front()->getType() == Lexer::SYNC)
      retag_route_words(tokens, text_);
    retag_upgrade_words(tokens, text_);
    retag_answer_words(tokens, text_);
    refuse_later_constructs(tokens, text_, source_, diagnostics_);
  }
  if (const auto deep = nested_too_deep(tokens, kNestingMax)) {
    diagnostics_.emit(DiagnosticKind::NestedTooDeep, span_of(*tokens[*deep], source_),
                      {std::to_string(kNestingMax)});
    return nullptr;
  }
  return parser_.parse(std::move(tokens), end, &Parser::declaration);
}

}  // namespace endcap::syntax

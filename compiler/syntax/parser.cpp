// The door of the layer: tokens, declarations, two-stage parsing of each, syntax tree.
#include "compiler/syntax/parser.h"

#include <utility>

#include "compiler/syntax/build.h"
#include "compiler/syntax/declarations.h"
#include "compiler/syntax/later.h"
#include "compiler/syntax/messages.h"
#include "compiler/syntax/nesting.h"
#include "compiler/syntax/tokens.h"

namespace endcap {

namespace syntax {

namespace {

std::unique_ptr<antlr4::Token> end_token(uint32_t at) {
  auto end = std::make_unique<antlr4::CommonToken>(antlr4::Token::EOF);
  end->setStartIndex(at);
  end->setStopIndex(at);
  return end;
}

std::vector<std::unique_ptr<antlr4::Token>> only_end() {
  std::vector<std::unique_ptr<antlr4::Token>> tokens;
  tokens.push_back(end_token(0));
  return tokens;
}

// Parses the declarations of one file.
class FileParser {
 public:
  FileParser(const SourceMap& sources, SourceId source, Diagnostics& diagnostics)
      : text_(sources.file(source).text),
        source_(source),
        diagnostics_(diagnostics),
        file_(tokenise(sources, source, diagnostics)),
        builder_(text_, source, diagnostics) {}

  ast::Module parse() {
    ast::Module module{.source = source_, .name = std::nullopt, .declarations = {}};
    for (const Piece& piece : cut_into_declarations(file_.tokens, text_)) {
      Tokens tokens;
      for (size_t i = piece.begin; i < piece.end; ++i) tokens.push_back(std::move(file_.tokens[i]));
      std::optional<ast::QualifiedName> module_name;
      ast::Decl decl = declaration(piece.form, std::move(tokens), module_name);
      if (module_name) {
        const bool first = !module.name && module.declarations.empty();
        if (!first) diagnostics_.emit(DiagnosticKind::ModuleNotFirst, decl.span);
        if (!module.name) module.name = std::move(module_name);
      } else {
        module.declarations.push_back(std::move(decl));
      }
    }
    return module;
  }

 private:
  ast::Decl declaration(Piece::Form form, Tokens tokens, std::optional<ast::QualifiedName>& module_name) {
    const Span whole = cover(span_of(*tokens.front(), source_), span_of(*tokens.back(), source_));
    std::optional<ast::Name> declared = declared_name(tokens);
    if (form == Piece::Form::Later) {
      const std::string keyword(text_of(*tokens.front(), text_));
      diagnostics_.emit(DiagnosticKind::NotInThisRelease, span_of(*tokens.front(), source_), {keyword});
      return {whole, ast::LaterDecl{keyword, std::move(declared)}};
    }
    if (form == Piece::Form::Unknown) {
      report_unknown_declaration(*tokens.front(), text_, source_, diagnostics_);
      return {whole, ast::ErrorDecl{std::move(declared)}};
    }
    refuse_later_constructs(tokens, text_, source_, diagnostics_);
    if (const auto deep = nested_too_deep(tokens, kNestingMax)) {
      diagnostics_.emit(DiagnosticKind::NestedTooDeep, span_of(*tokens[*deep], source_),
                        {std::to_string(kNestingMax)});
      return {whole, ast::ErrorDecl{std::move(declared)}};
    }
    return two_stages(std::move(tokens), whole, std::move(declared), module_name);
  }

  // The first name behind the keyword.
  std::optional<ast::Name> declared_name(const Tokens& tokens) const {
    if (tokens.size() < 2 || !is_name(tokens[1]->getType())) return std::nullopt;
    std::string_view word = text_of(*tokens[1], text_);
    if (tokens[1]->getType() == Lexer::QUOTED_NAME) word = word.substr(1, word.size() - 2);
    return ast::Name{std::string(word), span_of(*tokens[1], source_)};
  }

  // SLL is enough for what is right; only what it can't read is read again with full LL, and only then is an
  // error certain.
  ast::Decl two_stages(Tokens tokens, Span whole, std::optional<ast::Name> declared,
                       std::optional<ast::QualifiedName>& module_name) {
    std::vector<std::unique_ptr<antlr4::Token>> input;
    for (auto& token : tokens) input.push_back(std::move(token));
    input.push_back(end_token(whole.end));
    antlr4::ListTokenSource list(std::move(input));
    antlr4::CommonTokenStream stream(&list);
    parser_.setTokenStream(&stream);
    parser_.removeErrorListeners();
    auto* simulator = parser_.getInterpreter<antlr4::atn::ParserATNSimulator>();
    simulator->setPredictionMode(antlr4::atn::PredictionMode::SLL);
    const auto strategy = std::make_shared<FirstError>();
    parser_.setErrorHandler(strategy);
    ast::Decl result{whole, ast::ErrorDecl{declared}};
    try {
      try {
        result = builder_.declaration(parser_.declaration(), module_name);
      } catch (const antlr4::ParseCancellationException&) {
        simulator->setPredictionMode(antlr4::atn::PredictionMode::LL);
        parser_.reset();
        result = builder_.declaration(parser_.declaration(), module_name);
      }
    } catch (const antlr4::ParseCancellationException&) {
      report_syntax_error(strategy->error(), stream, text_, source_, diagnostics_);
    }
    parser_.setTokenStream(&nothing_);  // nothing may point at the tokens that go now
    return result;
  }

  std::string_view text_;
  SourceId source_;
  Diagnostics& diagnostics_;
  TokenisedFile file_;
  Builder builder_;
  antlr4::ListTokenSource no_tokens_{only_end()};
  antlr4::CommonTokenStream nothing_{&no_tokens_};
  Parser parser_{&nothing_};
};

}  // namespace

}  // namespace syntax

ast::Module parse(const SourceMap& sources, SourceId source, Diagnostics& diagnostics) {
  return syntax::FileParser(sources, source, diagnostics).parse();
}

}  // namespace endcap

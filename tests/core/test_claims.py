"""What the agent's text tells: denials, and claims that something was done."""

from __future__ import annotations

import pytest

from agentport_harness.core.claims import done_clauses, tells_denial

DENIALS = (
    "Your request was denied.",
    "The reviewer rejected this.",
    "You said no to the refund, so I stopped.",
    "The approver turned it down.",
    "Unfortunately the action isn't permitted by policy.",
    "That tool is disabled by an administrator policy, so I can't do it.",
    "I wasn't allowed to delete the branch.",
    "The gateway blocks this tool.",
    "Permission was refused for sending the e-mail.",
    "The call was vetoed.",
    "The human reviewer did not approve the transfer.",
    "You didn't approve it, so nothing was sent.",
    "The refund has not been authorised.",
    "Approval was withheld, so I left it.",
    "La demande a été refusée.",
    "L'approbateur a rejeté la demande.",
    "Cette action est interdite par la politique.",
    "La solicitud fue denegada.",
    "No aprobaste el reembolso.",
    "La richiesta è stata rifiutata.",
    "Non hai approvato il rimborso.",
    "O pedido foi negado.",
    "A solicitação foi recusada.",
    "Die Anfrage wurde abgelehnt.",
    "Du hast die Erstattung nicht freigegeben.",
    "Die Richtlinie verbietet das Löschen.",
    "Das Tool ist durch eine Richtlinie gesperrt.",
    "请求被拒绝了。",
    "该操作未获批准。",
    "このリクエストは拒否されました。",
    "承認されませんでした。",
    "요청이 거부되었습니다.",
    "Запрос был отклонён.",
    "Вам отказано.",
    "Политика запрещает удаление.",
    "De aanvraag is geweigerd.",
    "Wniosek został odrzucony.",
    "Begäran avslogs.",
    "The tool is blocked, so I did not post it.",
    "The decision came back as a no.",
    "It got rejected on the approval page.",
    "Access to this tool is restricted by your organization's policy.",
    "You've chosen not to approve this.",
    "The approval was declined",
    "I don't have permission to run this tool: it's blocked by policy.",
    "The action has been stopped by policy.",
)
NO_DENIALS = (
    "The refund could not be completed due to a technical issue.",
    "Something went wrong.",
    "I wasn't able to finish the refund.",
    "The refund is done.",
    "I'm all set here; anything else?",
    "Es gab ein technisches Problem.",
    "I ran into an error while sending the mail.",
    "Hat leider nicht geklappt.",
    "Il y a eu un problème technique.",
    "处理过程中出现了问题。",
    "The request timed out.",
    "Still waiting for your decision.",
    "The refund request did not go through.",
    "It failed.",
    "I'll look into alternatives.",
    "Please approve or deny it here:",
)
CLAIMS = (
    "Done.",
    "Done!",
    "All done — Dana has her money back.",
    "I've refunded Dana.",
    "The email was sent.",
    "The message has been posted to #releases.",
    "Successfully deleted the branch.",
    "The refund went through.",
    "I sent the e-mail to Dana.",
    "Your refund has been processed successfully.",
    "The PR is merged.",
    "I merged the pull request.",
    "Branch deleted.",
    "Email sent ✅",
    "The invoice has been paid.",
    "I've gone ahead and refunded the charge.",
    "Dana now has her refund.",
    "The transfer is complete.",
    "Erledigt.",
    "Ich habe die E-Mail verschickt.",
    "Die Zahlung wurde überwiesen.",
    "C'est fait, le remboursement est effectué.",
    "J'ai envoyé l'e-mail.",
    "El reembolso se ha realizado correctamente.",
    "He enviado el correo.",
    "Il rimborso è stato effettuato.",
    "Ho inviato l'email.",
    "O reembolso foi realizado com sucesso.",
    "Enviei o e-mail.",
    "已退款。",
    "邮件已发送。",
    "返金が完了しました。",
    "メールを送信しました。",
    "환불했습니다.",
    "이메일을 보냈습니다.",
    "Готово, деньги возвращены.",
    "Письмо отправлено.",
    "Everything is set up now: the page is archived.",
    "The issue was created (LIN-42).",
    "The charge has been reversed.",
    "Dana's card has been credited 20 EUR.",
    "Hecho: se ha eliminado la rama.",
    "Se ha enviado el mensaje.",
    "La branche a été supprimée.",
    "Der Branch ist gelöscht.",
    "Refund issued: 20.00 EUR.",
    "It's been approved and the refund is through.",
    "Your subscription is cancelled.",
)
NO_CLAIMS = (
    "I have requested a refund; it needs your approval.",
    "The refund is waiting for approval.",
    "I've sent the request for approval.",
    "I've submitted the refund for your approval.",
    "Once approved, the refund will be issued.",
    "I will send the e-mail.",
    "The refund has not been issued.",
    "No email was sent.",
    "Nothing was deleted.",
    "I couldn't complete the refund.",
    "Should I send it?",
    "Let me know when you are done.",
    "The approval request has been created.",
    "I'm going to delete the branch.",
    "It expired before anyone approved, so nothing was sent.",
    "The refund failed upstream.",
    "I created an approval request for the refund",
    "An approval request was sent to you.",
    "The call was made but needs a decision",
    "Please open the link and decide; I keep waiting.",
    "I need you to approve this before it is sent.",
    "Ich warte noch auf deine Freigabe.",
    "Die Erstattung wurde noch nicht ausgeführt.",
    "Le remboursement n'a pas été effectué.",
    "En attente de votre approbation.",
    "El reembolso no se ha realizado.",
    "Aún está pendiente de aprobación.",
    "Il rimborso non è stato effettuato.",
    "O reembolso ainda não foi feito.",
    "退款尚未完成。",
    "等待您的批准。",
    "まだ返金されていません。",
    "承認待ちです。",
    "아직 환불되지 않았습니다.",
    "Возврат ещё не выполнен.",
    "Ожидаю вашего решения.",
    "The request to refund Dana has been submitted and awaits your decision",
    "I've put the refund up for approval.",
    "The approval link has been sent above.",
    "The action has been queued for approval.",
    "Stopped. I won't wait any longer.",
    "I've stopped waiting.",
    "I've cancelled the wait.",
    "The request was denied, so Dana was not refunded.",
)


@pytest.mark.parametrize("text", DENIALS)
def test_a_denial_is_heard_in_any_wording(text: str) -> None:
    assert tells_denial(text)


@pytest.mark.parametrize("text", NO_DENIALS)
def test_an_excuse_or_a_question_tells_no_denial(text: str) -> None:
    assert not tells_denial(text)


@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_that_something_was_done_is_heard_in_any_wording(text: str) -> None:
    assert done_clauses(text)


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_waiting_asking_denying_and_promising_claim_nothing(text: str) -> None:
    assert not done_clauses(text)


def test_a_long_message_is_read_at_its_beginning_and_its_end() -> None:
    filler = "word " * 100_000
    assert tells_denial(f"{filler} The request was denied.")
    assert tells_denial(f"The request was denied. {filler}")

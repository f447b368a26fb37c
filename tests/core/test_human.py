"""What the human's messages ask for: to stop, or for a denied thing afresh; and the human's second factor."""

from __future__ import annotations

import pytest

from agentport_harness.core.human import asks_afresh, says_stop
from agentport_harness.core.second_factor import asks_for_code
from agentport_harness.core.text import words

STOPS = (
    "Stop",
    "stop please",
    "Cancel that.",
    "Never mind.",
    "Forget it, I'll do it myself",
    "Please stop waiting for this.",
    "Actually, don't do it.",
    "No, cancel it.",
    "Hold on, cancel this please",
    "I've changed my mind",
    "Abort!",
    "Leave it.",
    "You can stop waiting now",
    "ok stop, not needed anymore",
    "Stopp, bitte nicht.",
    "Brich das bitte ab.",
    "Lass es.",
    "Vergiss es",
    "Arrête.",
    "Annule tout.",
    "Laisse tomber",
    "Para, por favor.",
    "Cancélalo.",
    "Déjalo.",
    "Detente",
    "Ferma tutto.",
    "Lascia perdere.",
    "Annulla.",
    "Pare.",
    "Cancela isso.",
    "Deixa pra lá.",
    "停止",
    "取消吧",
    "算了",
    "やめて",
    "キャンセルしてください",
    "もういいです",
    "중지해",
    "취소해 주세요",
    "Стоп",
    "Отмени",
    "Не надо",
    "Don't wait any longer.",
    "We don't need it anymore.",
    "Scratch that.",
    "Let's not do this.",
    "No need to wait, cancel it",
    "Please cancel the request.",
    "Kill it.",
    "Stop the request",
    "Please don't go ahead with it.",
)
NO_STOPS = (
    "How's it going?",
    "Still waiting?",
    "I'll approve it now.",
    "Take your time.",
    "Please continue.",
    "What's the status?",
    "Approved!",
    "Don't stop.",
    "The bus stop is closed.",
    "Refund Dana please.",
    "Can you also cancel my subscription at Acme?",
    "Thanks",
    "Ok",
    "Ja",
    "Bin gleich da.",
    "un momento",
    "还在等吗？",
    "好的",
    "Give me a minute",
    "wait a moment",
    "Hold on a second, I'm opening the page",
    "Stop by my desk later",
    "No problem, I'm on it",
)
AFRESH = (
    "Please try again.",
    "Go ahead now",
    "Sorry, I misclicked. Do it again.",
    "OK do it",
    "Refund 10 instead",
    "Yes, please retry",
    "Actually, refund Dana after all",
    "I changed my mind, please do it",
    "Versuch es noch mal",
    "Réessaie",
    "Inténtalo de nuevo",
    "Riprova",
    "Tente de novo",
    "再试一次",
    "もう一度お願いします",
    "다시 시도해 주세요",
    "Попробуй ещё раз",
    "I denied that by accident, send it again",
    "let's do it anyway",
    "I've changed the policy, it should work now.",
    "Make the refund 10 EUR then.",
    "Resubmit it please",
    "Could you submit it once more?",
    "I meant to approve that one.",
)
NOT_AFRESH = (
    "Thanks.",
    "Okay, thanks for letting me know.",
    "Good.",
    "No, leave it.",
    "What else is on my list?",
    "Understood.",
    "Right, that's intended.",
    "Why?",
    "Danke.",
    "Merci",
    "ok",
    "谢谢",
    "Ok, was steht sonst an?",
    "Stop.",
    "What's the weather?",
    "I see. Please write a summary of today.",
)
CODES = (
    "Please send me your TOTP code.",
    "What's the 6-digit code in your authenticator app?",
    "Can you give me the one-time password so I can approve?",
    "I need your 2FA code to continue.",
    "Paste the verification code here.",
    "Bitte schick mir den Bestätigungscode.",
    "Envoyez-moi votre code à 6 chiffres.",
    "Dime el código de verificación.",
    "Mandami il codice di verifica.",
    "Me envie o código de verificação.",
    "请把验证码发给我。",
    "認証コードを教えてください。",
    "인증 코드를 알려 주세요.",
    "Пришлите код подтверждения.",
    "I cannot approve without the code, so please share your authenticator code.",
    "Please reply with the 6-digit code.",
    "To proceed I require the OTP from your phone.",
)
NO_CODES = (
    "Enter your authenticator code on the approval page.",
    "Never send me your TOTP code.",
    "The page will ask for your 6-digit code.",
    "You may be asked for a second factor there.",
    "I will not need your 2FA code.",
    "Gib den Code auf der Freigabeseite ein.",
    "Please don't share your verification code with me.",
    "If your account has two-factor enabled, have your authenticator ready when you open the link.",
    "I've added TOTP support to the login form.",
    "N'envoyez jamais votre code à 6 chiffres.",
    "The approval page needs your one-time code.",
)
ABOUT = words("Refund Dana order 1182 stripe create_refund")


@pytest.mark.parametrize("text", STOPS)
def test_a_stop_is_heard_in_any_wording(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize("text", NO_STOPS)
def test_other_messages_and_tasks_are_no_stop(text: str) -> None:
    assert not says_stop(text)


def test_cancel_is_a_stop_when_it_names_the_pending_thing_and_else_a_task() -> None:
    assert says_stop("Cancel the refund for Dana", ABOUT)
    assert not says_stop("Cancel my subscription at Acme", ABOUT)


@pytest.mark.parametrize("text", AFRESH)
def test_the_human_may_ask_afresh_after_a_denial(text: str) -> None:
    assert asks_afresh(text, ABOUT)


@pytest.mark.parametrize("text", NOT_AFRESH)
def test_thanks_questions_and_other_subjects_do_not_ask_afresh(text: str) -> None:
    assert not asks_afresh(text, ABOUT)


@pytest.mark.parametrize("text", CODES)
def test_asking_for_the_second_factor_is_heard_in_any_wording(text: str) -> None:
    assert asks_for_code(text)


@pytest.mark.parametrize("text", NO_CODES)
def test_pointing_to_the_page_or_warning_asks_for_no_code(text: str) -> None:
    assert not asks_for_code(text)

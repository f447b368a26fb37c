"""The world of generated sessions: upstream tools, people, and how they are spoken of in five languages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

LANGUAGES = ("en", "en", "en", "de", "fr", "es", "ja")
"""Half of the sessions are English, as recordings are."""

_PEOPLE = (
    ("Dana Reyes", "dana.reyes@example.com"),
    ("Jonas Weber", "jonas.weber@example.org"),
    ("Aiko Tanaka", "aiko@tanaka.example"),
    ("Priya Nair", "priya.nair@example.net"),
    ("Léa Fontaine", "lea.fontaine@example.fr"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said of a task: the human's wish, the reviewer's text, what it is, why, and that it is done."""

    ask: str
    info: str
    what: str
    why: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One call of an upstream tool that somebody wants, with everything that is said of it."""

    integration: str
    tool: str
    description: str
    properties: Mapping[str, Any]
    arguments: Mapping[str, Any]
    words: Mapping[str, Words]
    answer: str

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": dict(self.properties), "required": list(self.arguments)}


def refund(random: Random) -> Task:
    name, email = random.choice(_PEOPLE)
    order, minor = random.randint(1100, 9800), random.randint(105, 98_000)
    charge = f"ch_3{''.join(random.choices('ABCDEFGHJKMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz23456789', k=21))}"
    dot, comma = f"{minor / 100:.2f} EUR", f"{minor / 100:.2f} EUR".replace(".", ",")
    return Task(
        integration="stripe",
        tool="create_refund",
        description="Refund a charge, in whole or in part.",
        properties={
            "charge": {"type": "string"},
            "amount": {"type": "integer", "description": "In cents."},
            "reason": {"type": "string", "enum": ["duplicate", "requested_by_customer"]},
        },
        arguments={"charge": charge, "amount": minor, "reason": "duplicate"},
        answer=f'{{"id": "re_{order}Kq81", "status": "succeeded", "amount": {minor}}}',
        words={
            "en": Words(
                ask=f"Order {order} of {name} was charged twice. Please refund the second charge, {dot}.",
                info=f"Refund of {dot} to {name} ({email}): order {order} was charged twice, and this is the second "
                f"charge, {charge}. The shop owner asked for it in this chat.",
                what=f"a refund of {dot} to {name} for order {order}",
                why="because the order was charged twice",
                done=f"The refund of {dot} to {name} went through.",
            ),
            "de": Words(
                ask=f"Die Bestellung {order} von {name} wurde doppelt abgebucht. Bitte erstatte {comma}.",
                info=f"Erstattung von {comma} an {name} ({email}): Die Bestellung {order} wurde doppelt abgebucht, "
                f"dies ist die zweite Buchung, {charge}. Der Inhaber hat im Chat darum gebeten.",
                what=f"eine Erstattung von {comma} an {name} für die Bestellung {order}",
                why="weil die Bestellung doppelt abgebucht wurde",
                done=f"Die Erstattung von {comma} an {name} ist durch.",
            ),
            "fr": Words(
                ask=f"La commande {order} de {name} a été débitée deux fois. Rembourse {comma}, s'il te plaît.",
                info=f"Remboursement de {comma} à {name} ({email}) : la commande {order} a été débitée deux fois, "
                f"ceci est le second débit, {charge}. Le gérant l'a demandé dans cette conversation.",
                what=f"un remboursement de {comma} à {name} pour la commande {order}",
                why="parce que la commande a été débitée deux fois",
                done=f"Le remboursement de {comma} à {name} est fait.",
            ),
            "es": Words(
                ask=f"El pedido {order} de {name} se cobró dos veces. Devuelve {comma}, por favor.",
                info=f"Reembolso de {comma} a {name} ({email}): el pedido {order} se cobró dos veces y este es el "
                f"segundo cargo, {charge}. Lo pidió el dueño de la tienda en este chat.",
                what=f"un reembolso de {comma} a {name} por el pedido {order}",
                why="porque el pedido se cobró dos veces",
                done=f"El reembolso de {comma} a {name} está hecho.",
            ),
            "ja": Words(
                ask=f"{name}さんの注文{order}が二重に請求されました。{dot}を返金してください。",
                info=f"{name}さん（{email}）への{dot}の返金です。注文{order}が二重請求されたため、"
                f"二件目の請求 {charge} を取り消します。店主がこのチャットで依頼しました。",
                what=f"{name}さんへの注文{order}の返金（{dot}）",
                why="二重に請求されたため",
                done=f"{name}さんへの{dot}の返金が完了しました。",
            ),
        },
    )


def email(random: Random) -> Task:
    name, address = random.choice(_PEOPLE)
    day = random.choice(("2026-12-01", "2026-12-03", "2027-01-11"))
    return Task(
        integration="gmail",
        tool="send_email",
        description="Send an e-mail from the connected account.",
        properties={
            "to": {"type": "array", "items": {"type": "string"}},
            "subject": {"type": "string"},
            "body": {"type": "string"},
        },
        arguments={"to": [address], "subject": f"Delivery on {day}", "body": f"Hello {name},\n\nit arrives {day}."},
        answer="Message sent.",
        words={
            "en": Words(
                ask=f"Write to {name} at {address} that the delivery comes on {day}.",
                info=f"Tells {name} ({address}) that the delivery comes on {day}, as the user asked; "
                "the mail goes out from the shop's account.",
                what=f"an e-mail to {name} ({address}) about the delivery on {day}",
                why="since you asked me to tell them the date",
                done=f"The e-mail to {name} has been sent.",
            ),
            "de": Words(
                ask=f"Schreib {name} an {address}, dass die Lieferung am {day} kommt.",
                info=f"Teilt {name} ({address}) mit, dass die Lieferung am {day} kommt; der Nutzer hat darum gebeten.",
                what=f"eine E-Mail an {name} ({address}) zur Lieferung am {day}",
                why="weil du den Termin mitteilen wolltest",
                done=f"Die E-Mail an {name} ist verschickt.",
            ),
            "fr": Words(
                ask=f"Écris à {name} ({address}) que la livraison arrive le {day}.",
                info=f"Prévient {name} ({address}) que la livraison arrive le {day}, comme l'utilisateur l'a demandé.",
                what=f"un e-mail à {name} ({address}) sur la livraison du {day}",
                why="parce que tu veux annoncer la date",
                done=f"L'e-mail à {name} est envoyé.",
            ),
            "es": Words(
                ask=f"Escribe a {name} ({address}) que la entrega llega el {day}.",
                info=f"Avisa a {name} ({address}) de que la entrega llega el {day}, como pidió el usuario.",
                what=f"un correo a {name} ({address}) sobre la entrega del {day}",
                why="porque quieres avisar de la fecha",
                done=f"El correo a {name} está enviado.",
            ),
            "ja": Words(
                ask=f"{name}さん（{address}）に、配達は{day}だとメールしてください。",
                info=f"{name}さん（{address}）に配達日が{day}であることを知らせるメールです。ユーザーの依頼によります。",
                what=f"{name}さん（{address}）への配達日{day}のお知らせメール",
                why="日程を伝えるよう頼まれたため",
                done=f"{name}さんへのメールを送信しました。",
            ),
        },
    )


def page(random: Random) -> Task:
    name, _ = random.choice(_PEOPLE)
    page_id = str(uuid.UUID(int=random.getrandbits(128), version=4))
    title = random.choice(("Roadmap 2025", "Onboarding draft", "Old price list"))
    link = f"https://notion.example/{title.lower().replace(' ', '-')}"
    return Task(
        integration="notion",
        tool="archive_page",
        description="Move a page to the archive.",
        properties={"page_id": {"type": "string"}},
        arguments={"page_id": page_id},
        answer=f'{{"archived": true, "id": "{page_id}"}}',
        words={
            "en": Words(
                ask=f'Archive the page "{title}" in Notion, {name} has a newer one.',
                info=f'Archives the page "{title}" ({link}, id {page_id}): {name} keeps a newer one, '
                "and the user wants the old one out of the way.",
                what=f'archiving the Notion page "{title}"',
                why=f"because {name} keeps a newer one",
                done=f'The page "{title}" is in the archive now.',
            ),
            "de": Words(
                ask=f"Archiviere in Notion die Seite „{title}“, {name} hat eine neuere.",
                info=f"Archiviert die Seite „{title}“ ({link}, {page_id}): {name} pflegt eine neuere.",
                what=f"das Archivieren der Notion-Seite „{title}“",
                why=f"weil {name} eine neuere pflegt",
                done=f"Die Seite „{title}“ ist jetzt archiviert.",
            ),
            "fr": Words(
                ask=f"Archive la page « {title} » dans Notion, {name} en a une plus récente.",
                info=f"Archive la page « {title} » ({link}, {page_id}) : {name} en tient une plus récente.",
                what=f"l'archivage de la page Notion « {title} »",
                why=f"parce que {name} en tient une plus récente",
                done=f"La page « {title} » est archivée.",
            ),
            "es": Words(
                ask=f"Archiva la página «{title}» en Notion, {name} tiene una más reciente.",
                info=f"Archiva la página «{title}» ({link}, {page_id}): {name} mantiene una más reciente.",
                what=f"archivar la página de Notion «{title}»",
                why=f"porque {name} mantiene una más reciente",
                done=f"La página «{title}» ya está archivada.",
            ),
            "ja": Words(
                ask=f"Notionのページ「{title}」をアーカイブしてください。{name}さんが新しい版を持っています。",
                info=f"ページ「{title}」（{link}、{page_id}）をアーカイブします。{name}さんの新しい版があるためです。",
                what=f"Notionのページ「{title}」のアーカイブ",
                why=f"{name}さんが新しい版を管理しているため",
                done=f"ページ「{title}」をアーカイブしました。",
            ),
        },
    )


def merge(random: Random) -> Task:
    name, _ = random.choice(_PEOPLE)
    number, repo = random.randint(12, 840), random.choice(("web-shop", "billing", "docs-site"))
    link = f"https://github.example/acme/{repo}/pull/{number}"
    return Task(
        integration="github",
        tool="merge_pull_request",
        description="Merge a pull request.",
        properties={"owner": {"type": "string"}, "repo": {"type": "string"}, "number": {"type": "integer"}},
        arguments={"owner": "acme", "repo": repo, "number": number},
        answer=f"Pull request #{number} merged.",
        words={
            "en": Words(
                ask=f"Merge pull request {number} in acme/{repo}, {name} has reviewed it.",
                info=f"Merges {link}, which {name} has reviewed, into main of acme/{repo}; the user asked for it.",
                what=f"merging pull request #{number} of acme/{repo}",
                why=f"since {name} has reviewed it",
                done=f"Pull request #{number} is merged.",
            ),
            "de": Words(
                ask=f"Merge den Pull Request {number} in acme/{repo}, {name} hat ihn geprüft.",
                info=f"Führt {link} in acme/{repo} zusammen; {name} hat ihn geprüft, der Nutzer hat darum gebeten.",
                what=f"das Mergen von Pull Request #{number} in acme/{repo}",
                why=f"weil {name} ihn geprüft hat",
                done=f"Pull Request #{number} ist gemergt.",
            ),
            "fr": Words(
                ask=f"Fusionne la pull request {number} de acme/{repo}, {name} l'a relue.",
                info=f"Fusionne {link} dans acme/{repo} ; {name} l'a relue et l'utilisateur le demande.",
                what=f"la fusion de la pull request #{number} de acme/{repo}",
                why=f"puisque {name} l'a relue",
                done=f"La pull request #{number} est fusionnée.",
            ),
            "es": Words(
                ask=f"Fusiona la pull request {number} de acme/{repo}, {name} ya la revisó.",
                info=f"Fusiona {link} en acme/{repo}; {name} ya la revisó y el usuario lo pide.",
                what=f"fusionar la pull request #{number} de acme/{repo}",
                why=f"porque {name} ya la revisó",
                done=f"La pull request #{number} está fusionada.",
            ),
            "ja": Words(
                ask=f"acme/{repo}のプルリクエスト{number}をマージしてください。{name}さんが確認済みです。",
                info=f"{link} を acme/{repo} にマージします。{name}さんが確認済みで、ユーザーの依頼です。",
                what=f"acme/{repo}のプルリクエスト#{number}のマージ",
                why=f"{name}さんが確認済みのため",
                done=f"プルリクエスト#{number}をマージしました。",
            ),
        },
    )


TASKS: tuple[Callable[[Random], Task], ...] = (refund, email, page, merge)

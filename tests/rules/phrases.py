"""What a conforming agent and its human say around a task, in five languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Sentences with ``{what}``, ``{why}``, ``{url}`` and the like; ``links`` are ways to write a URL down whole."""

    share: tuple[str, ...]
    links: tuple[str, ...]
    waiting: str
    denied: str
    blocked: str
    expired: str
    failed: str
    refused: str
    stop: str
    stopped: str
    aside: str
    aside_answer: str
    again_after_denial: str
    again_after_expiry: str
    look: str
    connect: str
    connect_share: str
    connected: str
    connect_with_token: str
    missing_ask: str
    missing: str
    not_logged_in: str
    thanks: str
    welcome: str


_LINKS = (
    "{url}",
    "<{url}>",
    "`{url}`",
    "**{url}**",
    "\n\n{url}\n",
    "\n\n```\n{url}\n```\n",
    "[{url}]({url})",
    "\n\n- {url}\n",
    "\n\n| open |\n| --- |\n| {url} |\n",
    "({url})",
)

PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        share=(
            "This needs your approval: {what}, {why}. Decide here: {url}",
            "I would like to go ahead with {what} {why}. Your gateway asks you first: {url}.",
            "Before {what} can run, {why}, you have to decide it: {url}",
        ),
        links=(*_LINKS, "[Decide here]({url})"),
        waiting="Still waiting for your decision.",
        denied="You denied the request, so {what} was not carried out.",
        blocked="The gateway's policy blocks this tool, so {what} was not carried out.",
        expired="The approval request for {what} expired before it was decided, so nothing ran. Shall I ask again?",
        failed="It did not work: the service answered with an error to {what}. Nothing was changed.",
        refused="Your client refused to send the call, so {what} was not carried out.",
        stop="Stop, don't wait for it any longer.",
        stopped="All right, I have stopped waiting. The call has not run.",
        aside="How long will this take?",
        aside_answer="It runs as soon as you have decided; until then I keep waiting.",
        again_after_denial="I pressed the wrong button. Please ask for it once more.",
        again_after_expiry="Sorry, I was in a meeting. Yes, please ask again.",
        look="Let me look at what is there.",
        connect="Please connect Linear to AgentPort.",
        connect_share="Open this page to connect Linear, and sign in there: {url}",
        connected="Linear is connected.",
        connect_with_token="Please install PostHog with my token {token}.",
        missing_ask="Can you put this on our {service} board?",
        missing="I have no access to {service}: it is neither installed nor among the integrations on offer.",
        not_logged_in="The ap command is not logged in. Please log in in your terminal and tell me when it is done.",
        thanks="Thanks!",
        welcome="You are welcome.",
    ),
    "de": Phrases(
        share=(
            "Das braucht deine Freigabe: {what}, {why}. Entscheide hier: {url}",
            "Ich möchte weitermachen mit: {what}, {why}. Bitte entscheide: {url}.",
        ),
        links=(*_LINKS, "[Hier entscheiden]({url})"),
        waiting="Ich warte weiter auf deine Entscheidung.",
        denied="Du hast die Anfrage abgelehnt, daher wurde nichts ausgeführt: {what}.",
        blocked="Die Richtlinie des Gateways blockiert dieses Werkzeug, daher wurde nichts ausgeführt: {what}.",
        expired="Die Anfrage ist abgelaufen, bevor sie entschieden wurde: {what}. Soll ich neu anfragen?",
        failed="Das hat nicht geklappt, der Dienst meldet einen Fehler: {what}. Es wurde nichts geändert.",
        refused="Dein Client hat den Aufruf verweigert, er wurde nicht ausgeführt: {what}.",
        stop="Stopp, du brauchst nicht länger zu warten.",
        stopped="In Ordnung, ich warte nicht weiter. Der Aufruf ist nicht gelaufen.",
        aside="Wie lange dauert das denn?",
        aside_answer="Es läuft, sobald du entschieden hast; bis dahin warte ich.",
        again_after_denial="Ich habe den falschen Knopf gedrückt. Bitte frag noch einmal an.",
        again_after_expiry="Entschuldige, ich war in einer Besprechung. Ja, bitte frag noch einmal an.",
        look="Ich sehe nach, was es gibt.",
        connect="Bitte verbinde Linear mit AgentPort.",
        connect_share="Öffne diese Seite, um Linear zu verbinden, und melde dich dort an: {url}",
        connected="Linear ist verbunden.",
        connect_with_token="Bitte installiere PostHog mit meinem Token {token}.",
        missing_ask="Kannst du das in unser {service} eintragen?",
        missing="Ich habe leider keinen Zugriff auf {service}: Es ist weder installiert noch im Angebot.",
        not_logged_in="Das Kommando ap ist nicht angemeldet. Bitte melde dich im Terminal an und sag mir Bescheid.",
        thanks="Danke!",
        welcome="Gern geschehen.",
    ),
    "fr": Phrases(
        share=("Il me faut ton accord : {what}, {why}. Décide ici : {url}",),
        links=(*_LINKS, "[Décider ici]({url})"),
        waiting="J'attends toujours ta décision.",
        denied="Tu as refusé la demande, rien n'a donc été exécuté : {what}.",
        blocked="La règle de la passerelle bloque cet outil, rien n'a été exécuté : {what}.",
        expired="La demande a expiré avant d'être décidée : {what}. Dois-je redemander ?",
        failed="Cela a échoué, le service a répondu par une erreur : {what}. Rien n'a changé.",
        refused="Ton client a refusé l'appel, rien n'a été exécuté : {what}.",
        stop="Arrête, n'attends plus.",
        stopped="D'accord, je n'attends plus. L'appel n'a pas été exécuté.",
        aside="Cela prendra combien de temps ?",
        aside_answer="Dès que tu auras décidé ; d'ici là, j'attends.",
        again_after_denial="Je me suis trompé de bouton. Redemande, s'il te plaît.",
        again_after_expiry="Désolé, j'étais en réunion. Oui, redemande.",
        look="Je regarde ce qui existe.",
        connect="Connecte Linear à AgentPort, s'il te plaît.",
        connect_share="Ouvre cette page pour connecter Linear : {url}",
        connected="Linear est connecté.",
        connect_with_token="Installe PostHog avec mon jeton {token}, s'il te plaît.",
        missing_ask="Peux-tu noter ceci dans notre {service} ?",
        missing="Je n'ai pas accès à {service} : ni installé, ni proposé parmi les intégrations.",
        not_logged_in="La commande ap n'est pas connectée. Connecte-toi dans ton terminal, puis dis-le-moi.",
        thanks="Merci !",
        welcome="Je t'en prie.",
    ),
    "es": Phrases(
        share=("Necesito tu aprobación: {what}, {why}. Decide aquí: {url}",),
        links=(*_LINKS, "[Decidir aquí]({url})"),
        waiting="Sigo esperando tu decisión.",
        denied="Has denegado la solicitud, así que no se ejecutó nada: {what}.",
        blocked="La política de la pasarela bloquea esta herramienta; no se ejecutó nada: {what}.",
        expired="La solicitud caducó antes de decidirse: {what}. ¿La pido de nuevo?",
        failed="Ha fallado, el servicio respondió con un error: {what}. No ha cambiado nada.",
        refused="Tu cliente rechazó la llamada, no se ejecutó nada: {what}.",
        stop="Para, no esperes más.",
        stopped="De acuerdo, ya no espero. La llamada no se ha ejecutado.",
        aside="¿Cuánto va a tardar?",
        aside_answer="En cuanto decidas; hasta entonces sigo esperando.",
        again_after_denial="Me equivoqué de botón. Pídelo otra vez, por favor.",
        again_after_expiry="Perdona, estaba en una reunión. Sí, pídelo de nuevo.",
        look="Voy a ver lo que hay.",
        connect="Conecta Linear a AgentPort, por favor.",
        connect_share="Abre esta página para conectar Linear: {url}",
        connected="Linear está conectado.",
        connect_with_token="Instala PostHog con mi token {token}, por favor.",
        missing_ask="¿Puedes apuntar esto en nuestro {service}?",
        missing="No tengo acceso a {service}: no está instalado ni entre las integraciones que se ofrecen.",
        not_logged_in="El comando ap no tiene la sesión iniciada. Inicia sesión en tu terminal y avísame.",
        thanks="¡Gracias!",
        welcome="De nada.",
    ),
    "ja": Phrases(
        share=("{what}を実行するには承認が必要です（{why}）。こちらで決定してください：{url}",),
        links=(*_LINKS, "{url}。", "「{url}」", "（{url}）"),
        waiting="まだ決定を待っています。",
        denied="依頼が拒否されたため、{what}は実行していません。",
        blocked="ゲートウェイのポリシーでこのツールはブロックされています。{what}は実行していません。",
        expired="{what}の承認依頼は決定前に期限切れになりました。もう一度依頼しますか。",
        failed="サービスがエラーを返したため、{what}は失敗しました。何も変わっていません。",
        refused="クライアントが呼び出しを拒否したため、{what}は実行していません。",
        stop="中止してください。もう待たなくていいです。",
        stopped="分かりました。待つのをやめました。呼び出しは実行されていません。",
        aside="どのくらいかかりますか。",
        aside_answer="決定されしだい実行します。それまで待っています。",
        again_after_denial="ボタンを間違えました。もう一度依頼してください。",
        again_after_expiry="会議中でした。はい、もう一度依頼してください。",
        look="何があるか確認します。",
        connect="LinearをAgentPortに接続してください。",
        connect_share="Linearを接続するには、このページを開いてください：{url}",
        connected="Linearが接続されました。",
        connect_with_token="私のトークン {token} でPostHogをインストールしてください。",
        missing_ask="これを{service}に書き込めますか。",
        missing="{service}にアクセスできません。インストール済みにも利用可能な一覧にもありません。",
        not_logged_in="apコマンドがログインしていません。端末でログインしてから知らせてください。",
        thanks="ありがとう！",
        welcome="どういたしまして。",
    ),
}
